//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The HTML of ``AdministrationPageTemplate/standard``.
struct StandardAdministrationPage {
    private typealias Parts = SessionPageParts

    private let page: AdministrationPageContent

    init(_ page: AdministrationPageContent) {
        self.page = page
    }

    /// The content of the second style element.
    static let style = """

        fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
        legend { padding: 0; font-weight: 600; }
        .find { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 0.75rem 1rem; margin-top: 1.25rem; align-items: end; }
        label { display: block; }
        .find label > span, .reason > span { display: block; color: var(--soft); font-size: 0.95rem; }
        input[type="text"], select {
          width: 100%; min-height: 2.75rem; padding: 0.5rem 0.75rem; border: 1px solid var(--edge); border-radius: 0.6rem;
          background: var(--card); color: var(--ink); font: inherit;
        }
        .find button { border-color: var(--accent); color: var(--accent); }
        .find button:hover { background: var(--page); }
        .pick { display: flex; gap: 0.75rem; align-items: center; min-height: 2.75rem; font-weight: 600; overflow-wrap: anywhere; }
        input[type="checkbox"] { flex: none; width: 1.35rem; height: 1.35rem; accent-color: var(--danger); }
        .end { display: grid; gap: 0.75rem; margin-top: 1.25rem; max-width: 36rem; }
        .end button { justify-self: start; }

        """

    var document: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>Sessions of all users</title>
          <link rel="icon" href="data:,">
          <style>\(StandardActiveSessionsPage.style)</style>
          <style>\(Self.style)</style>
        </head>
        <body>
          <a class="skip" href="#content">Skip to the content</a>
          \(Parts.header(self.page.backLink))
          <main id="content">
            <h1>Sessions of all users</h1>
            <p class="lead">You act as <bdi>\(Parts.escape(self.page.administrator))</bdi>. What you end is in the audit \
        log, with your name and your reason.</p>
            \(self.page.messages.map(Parts.message).joined())
            <search>\(self.search)</search>
            <section aria-labelledby="found">
              <h2 id="found">\(self.heading)</h2>
              \(self.found)
            </section>
          </main>
        </body>
        </html>

        """
    }

    // MARK: Finding

    private var search: String {
        let query = self.page.query
        return """
            <form method="get" class="find">
              \(Self.field("User", AdministrationQuery.userParameter, query.user))
              \(Self.field("Device contains", AdministrationQuery.deviceParameter, query.device))
              \(Self.field("Address begins with", AdministrationQuery.addressParameter, query.address))
              \(Self.choice("Began at least", AdministrationQuery.minimumAgeParameter, query.minimumAge))
              \(Self.choice("Began at most", AdministrationQuery.maximumAgeParameter, query.maximumAge))
              <button type="submit">Find sessions</button>
            </form>
            """
    }

    private static func field(_ title: String, _ name: String, _ value: String) -> String {
        """
        <label><span>\(title)</span><input type="text" name="\(name)" value="\(Parts.escape(value))" \
        maxlength="256" autocapitalize="none" autocomplete="off" spellcheck="false"></label>
        """
    }

    private static let ages = [
        (10, "10 minutes ago"), (60, "an hour ago"), (1_440, "a day ago"), (10_080, "a week ago"),
    ]

    private static func choice(_ title: String, _ name: String, _ value: Int?) -> String {
        var ages = self.ages
        // A link may have any number of minutes.
        if let value, !ages.contains(where: { $0.0 == value }) { ages.append((value, "\(value) minutes ago")) }
        let options = ages.map { "<option value=\"\($0)\"\($0 == value ? " selected" : "")>\($1)</option>" }
        return """
            <label><span>\(title)</span><select name="\(name)"><option value="">any time</option>\
            \(options.joined())</select></label>
            """
    }

    // MARK: What was found

    private var heading: String {
        self.page.items.count == 1 ? "1 session on this page" : "\(self.page.items.count) sessions on this page"
    }

    private var found: String {
        if !self.page.supportsListingAll, self.page.query.user.isEmpty {
            return "<p>This server lists the sessions of one user at a time: give a user.</p>"
        }
        let hasMore = self.page.nextPage != nil
        let links = Parts.pageLinks(first: self.page.firstPage, next: self.page.nextPage)
        guard !self.page.items.isEmpty else {
            let text =
                hasMore
                ? "None of \(self.page.examinedCount) sessions on this page match. Others follow." : "There are none."
            return "<p>\(text)</p>\(links)"
        }
        return """
            <form method="post">\(Parts.hiddenFields(self.page.hiddenFields))
              <fieldset><legend class="sr">Sessions to end</legend>
                <ul class="sessions">\(self.page.items.map(self.card).joined())</ul>
              </fieldset>
              \(links)
              <div class="end">
                <label class="reason"><span>Reason, for the audit log</span><input type="text" \
            name="\(AdministrationPageContent.reasonField)" required maxlength="256" autocomplete="off"></label>
                <button type="submit">End the selected sessions</button>
                \(self.allButton)
              </div>
            </form>
            """
    }

    private var allButton: String {
        guard !self.page.query.user.isEmpty else { return "" }
        return """
            <button type="submit" name="\(AdministrationPageContent.endField)" \
            value="\(AdministrationPageContent.allValue)">End all sessions of \
            <bdi>\(Parts.escape(self.page.query.user))</bdi></button>
            """
    }

    private func card(_ item: AdministrationPageContent.Item) -> String {
        let session = item.session
        let user = session.subject.map { "<bdi>\(Parts.escape($0))</bdi>" } ?? "No one is logged in"
        return """
            <li class="card"\(item.isCurrent ? " aria-current=\"true\"" : "")>
              <div class="facts">
                <label class="pick"><input type="checkbox" name="\(AdministrationPageContent.endField)" \
            value="\(item.id)"><span>\(user)\(item.isCurrent ? " (this session)" : "")\
            <span class="sr">, <bdi>\(Parts.escape(item.device))</bdi></span></span></label>
                <dl>
                  \(Parts.fact("Device", html: "<bdi>\(Parts.escape(item.device))</bdi>"))
                  \(Parts.addresses(first: session.firstClient.address, last: session.lastClient.address))
                  \(Parts.fact("Began", html: Parts.time(item.beganAt)))
                  \(Parts.fact("Last used", html: Parts.time(item.lastUsedAt)))
                  \(Parts.fact("Ends if unused", html: Parts.time(item.endsAt)))
                  \(session.isDeviceBound ? Parts.fact("Protection", html: "Bound to the device") : "")
                  \(Parts.fact("Id", html: "\(item.id)"))
                </dl>
              </div>
            </li>
            """
    }
}
