//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Sessions

/// The HTML of ``ActiveSessionsPageTemplate/standard``.
struct StandardActiveSessionsPage {
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
          \(self.header)
          <main id="content">
            <h1>Where you are signed in</h1>
            <p class="lead">These are the browsers and apps in which your account is open. Sign out what you do not \
        know, and then change your password.</p>
            \(self.page.messages.map(self.message).joined())
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

    private var header: String {
        guard let link = self.page.backLink else { return "" }
        return """
            <header><nav aria-label="Back"><a href="\(Self.escape(link.location))"><span aria-hidden="true">←</span> \
            \(Self.escape(link.title))</a></nav></header>
            """
    }

    private func message(_ message: FlashMessage) -> String {
        let isUrgent = message.kind == .error || message.kind == .warning
        return """
            <p class="message \(isUrgent ? "urgent" : "calm")" role="\(isUrgent ? "alert" : "status")">\
            \(Self.escape(message.text))</p>
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
        return list + explanation + self.pageLinks + button
    }

    /// Whether the list has other pages.
    private var hasMore: Bool { self.page.firstPage != nil || self.page.nextPage != nil }

    private var pageLinks: String {
        guard self.hasMore else { return "" }
        let first = self.page.firstPage.map { "<a href=\"\(Self.escape($0))\">First page</a>" }
        let next = self.page.nextPage.map { "<a rel=\"next\" href=\"\(Self.escape($0))\">Next page</a>" }
        let links = [first, next].compactMap(\.self).joined()
        return "<nav class=\"pages\" aria-label=\"Pages of sessions\">\(links)</nav>"
    }

    private func card(_ item: ActiveSessionsPageContent.Item) -> String {
        let isCurrent = item.session.isCurrent
        let detail = item.detail.map { "<p class=\"detail\"><bdi>\(Self.escape($0))</bdi></p>" } ?? ""
        return """
            <li class="card"\(isCurrent ? " aria-current=\"true\"" : "")>
              <div class="facts">
                <h3><bdi>\(Self.escape(item.name))</bdi></h3>
                \(detail)
                <dl>
                  \(Self.fact("Signed in", Self.time(item.loggedInAt)))
                  \(Self.fact("Last used", Self.time(item.lastUsedAt)))
                  \(Self.fact("Ends if unused", Self.time(item.endsAt)))
                  \(Self.addresses(of: item.session))
                </dl>
              </div>
              \(self.form(ending: "\(item.id)", isCurrent ? "Sign out here" : "Sign out", item.name))
            </li>
            """
    }

    private static func fact(_ name: String, _ html: String) -> String {
        "<div><dt>\(name)</dt><dd>\(html)</dd></div>"
    }

    private static func time(_ time: ActiveSessionsPageTime) -> String {
        "<time datetime=\"\(self.escape(time.machine))\">\(self.escape(time.text))</time>"
    }

    /// The addresses where the session began and where it was last used, which are usually the same.
    private static func addresses(of session: ActiveSession) -> String {
        var addresses = [session.firstClient.address, session.lastClient.address].compactMap(\.self)
        if addresses.first == addresses.last { addresses = Array(addresses.prefix(1)) }
        guard !addresses.isEmpty else { return "" }
        return self.fact("Address", addresses.map { "<bdi>\(self.escape($0))</bdi>" }.joined(separator: ", then "))
    }

    /// A button. Without an action, the form posts to the page itself, wherever that is.
    private func form(ending value: String, _ title: String, _ name: String? = nil) -> String {
        let fields = self.page.hiddenFields.map {
            "<input type=\"hidden\" name=\"\(Self.escape($0.name))\" value=\"\(Self.escape($0.value))\">"
        }
        let whose = name.map { "<span class=\"sr\">: \(Self.escape($0))</span>" } ?? ""
        return """
            <form method="post">\(fields.joined())<button type="submit" name="\(ActiveSessionsPageContent.endField)" \
            value="\(Self.escape(value))">\(title)\(whose)</button></form>
            """
    }

    private static func escape(_ text: String) -> String { ActiveSessionsPageTemplate.escape(text) }
}
#endif
