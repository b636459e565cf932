//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The HTML of ``ActiveSessionsPageTemplate/standard``.
struct StandardActiveSessionsPage {
    private typealias Parts = SessionPageParts

    private let page: ActiveSessionsPageContent

    init(_ page: ActiveSessionsPageContent) {
        self.page = page
    }

    var document: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>Where you are signed in</title>
          <link rel="icon" href="data:,">
          <style>\(Self.style)</style>
        </head>
        <body>
          <a class="skip" href="#content">Skip to the content</a>
          \(Parts.header(self.page.backLink))
          <main id="content">
            <h1>Where you are signed in</h1>
            <p class="lead">These are the browsers and apps in which your account is open. Sign out what you do not \
        know, and then change your password.</p>
            \(self.page.messages.map(Parts.message).joined())
            <section aria-labelledby="here">
              <h2 id="here">This device</h2>
              <ul class="sessions">\(self.card(self.page.current))</ul>
            </section>
            <section aria-labelledby="elsewhere">
              <h2 id="elsewhere">Other sessions</h2>
              \(self.others)
            </section>
          </main>
        </body>
        </html>

        """
    }

    private var others: String {
        let cards = self.page.others.map(self.card).joined()
        let list = cards.isEmpty ? "" : "<ul class=\"sessions\">\(cards)</ul>"
        let text =
            if !self.page.supportsListing, self.page.supportsRevokingOthers {
                """
                This server keeps no list of them: each session is known to its own browser alone. You can still sign \
                out all of them.
                """
            } else if !self.page.supportsListing {
                """
                This server keeps no list of them and cannot end them: each is known to its own browser alone, until \
                it is signed out there or has reached its time limit.
                """
            } else if self.page.others.isEmpty, self.hasMore {
                "There are none on this page."
            } else if self.page.others.isEmpty {
                "There are none: your account is open on this device only."
            } else {
                ""
            }
        let explanation = text.isEmpty ? "" : "<p>\(text)</p>"
        let isOffered =
            self.page.supportsListing ? !self.page.others.isEmpty || self.hasMore : self.page.supportsRevokingOthers
        let button = isOffered ? self.form(ending: ActiveSessionsPageContent.endOthersValue, "Sign out all others") : ""
        return list + explanation + Parts.pageLinks(first: self.page.firstPage, next: self.page.nextPage) + button
    }

    /// Whether the list has other pages.
    private var hasMore: Bool { self.page.firstPage != nil || self.page.nextPage != nil }

    private func card(_ item: ActiveSessionsPageContent.Item) -> String {
        let isCurrent = item.session.isCurrent
        let client = (first: item.session.firstClient.address, last: item.session.lastClient.address)
        let detail = item.detail.map { "<p class=\"detail\"><bdi>\(Parts.escape($0))</bdi></p>" } ?? ""
        return """
            <li class="card"\(isCurrent ? " aria-current=\"true\"" : "")>
              <div class="facts">
                <h3><bdi>\(Parts.escape(item.name))</bdi></h3>
                \(detail)
                <dl>
                  \(Parts.fact("Signed in", html: Parts.time(item.loggedInAt)))
                  \(Parts.fact("Last used", html: Parts.time(item.lastUsedAt)))
                  \(Parts.fact("Ends if unused", html: Parts.time(item.endsAt)))
                  \(Parts.addresses(first: client.first, last: client.last))
                  \(item.isNewThisWeek ? Parts.fact("Device", html: "New this week") : "")
                  \(item.session.isDeviceBound ? Parts.fact("Protection", html: "Bound to the device") : "")
                </dl>
              </div>
              \(self.form(ending: "\(item.id)", isCurrent ? "Sign out here" : "Sign out", item.name))
            </li>
            """
    }

    /// A button. Without an action, the form posts to the page itself, wherever that is.
    private func form(ending value: String, _ title: String, _ name: String? = nil) -> String {
        let fields = Parts.hiddenFields(self.page.hiddenFields)
        let whose = name.map { "<span class=\"sr\">: \(Parts.escape($0))</span>" } ?? ""
        return """
            <form method="post">\(fields)<button type="submit" name="\(ActiveSessionsPageContent.endField)" \
            value="\(Parts.escape(value))">\(title)\(whose)</button></form>
            """
    }
}
