//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Who is logged in.
struct VisitorView: Sendable {
    let username: String
    let name: String

    /// - Returns: Nil when nobody is.
    init?(_ session: Session) {
        guard let subject = session.subject else { return nil }
        self.username = subject
        self.name = Account.named(subject)?.name ?? subject
    }
}

/// What is the same on every page.
struct FooterView: Sendable {
    let store: String
    let idleLimit: String
    let absoluteLimit: String
    let cookieName: String

    init(_ settings: ShowcaseSettings) {
        self.store = settings.storeArgument == .memory ? "in memory" : "in an SQLite file"
        self.idleLimit = settings.configuration.limits.idle?.text ?? "no limit"
        self.absoluteLimit = settings.configuration.limits.absolute.text
        self.cookieName = settings.configuration.cookie.name
    }
}

/// `/`
struct HomeView: PageView {
    let visitor: VisitorView?
    let footer: FooterView
    let notice: String?
    let visits: Int
    let isFirstVisit: Bool
    let survivesRestart: Bool
    let session: SessionView?
    let verbs: [VerbView]
}

/// `/account`
struct AccountView: PageView {
    let visitor: VisitorView?
    let footer: FooterView
    let authenticatedAt: TimeView?
    let session: SessionView?
}

/// `/login`
struct LoginView: PageView {
    struct Hint: Sendable {
        let username: String
        let password: String
    }

    let visitor: VisitorView?
    let footer: FooterView
    let isRefused: Bool
    let username: String
    let isToBeRemembered: Bool
    let next: String?
    let hints = Account.all.map { Hint(username: $0.username, password: $0.password) }

    /// - Parameter refused: What was sent before, and is shown again. A name only if it is ASCII: the template engine
    ///   escapes whole characters, and a quotation mark with an accent on it, which is another character, would end the
    ///   attribute.
    init(_ session: Session, _ pages: PageLibrary, refused: LoginForm? = nil, next: String?) {
        self.visitor = VisitorView(session)
        self.footer = pages.footer
        let username = refused?.credentials.username ?? ""
        self.isRefused = refused != nil
        self.isToBeRemembered = refused?.isToBeRemembered ?? false
        self.username = username.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? username : ""
        self.next = next.flatMap { LocalRedirect($0) }?.location
    }
}

/// What went wrong, where no session is to be asked.
struct ErrorView: PageView {
    let visitor: VisitorView? = nil
    /// Who is logged in is not known here, which is not the same as nobody.
    let isWithoutSession = true
    let footer: FooterView
    let status: Int
    let title: String
    let explanation: String
}
