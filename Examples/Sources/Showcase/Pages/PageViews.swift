//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Logging
import Sessions
import SessionsHummingbird
import ShowcaseKit

/// The user who is logged in.
struct VisitorView: Sendable {
    let username: String
    let name: String
    /// The administrator who acts as the user.
    let actor: String?

    /// - Returns: Nil when no one is logged in.
    init?(_ session: Session) {
        guard let subject = session.subject else { return nil }
        self.username = subject
        self.name = Account.named(subject)?.name ?? subject
        self.actor = session.actor
    }
}

/// A message to show once.
struct MessageView: Sendable {
    let text: String
    let isProblem: Bool

    init(_ message: FlashMessage) {
        self.text = message.text
        self.isProblem = message.kind == .error || message.kind == .warning
    }
}

extension ShowcaseRequestContext {
    /// Takes the pending flash messages. If they cannot be read, the page is shown without them.
    ///
    /// - Throws: `SessionError` with the code `prefetchDeclined` for a prefetch while messages are pending: the browser
    ///   requests the page again when its user opens it.
    func messages(for request: Request) async throws -> [MessageView] {
        do {
            return try await self.session.takeFlashMessages(for: request).map { MessageView($0) }
        } catch let error as SessionError where error.code == .prefetchDeclined {
            throw error
        } catch {
            self.logger.debug("The page comes without its messages", metadata: ["error": "\(error)"])
            return []
        }
    }
}

/// The part that is the same on every page.
struct FooterView: Sendable {
    struct Fact: Sendable {
        let name: String
        let text: String
    }

    /// Whether the backend supports more than tokens: accounts and values.
    let hasSessions: Bool
    let facts: [Fact]
    let cookieName: String

    init(_ settings: ShowcaseSettings) {
        let (backend, limits) = (settings.backend, settings.configuration.limits)
        self.hasSessions = backend.store != .tokenOnly
        var facts = [Fact(name: "Sessions are kept", text: backend.placeText)]
        if let text = backend.endingsText { facts.append(Fact(name: "Endings are kept", text: text)) }
        if let text = backend.keysText { facts.append(Fact(name: "Keys", text: text)) }
        if self.hasSessions {
            facts.append(Fact(name: "Idle limit", text: limits.idle?.text ?? "no limit"))
            facts.append(Fact(name: "Absolute limit", text: limits.absolute.text))
        }
        self.facts = facts
        self.cookieName = settings.configuration.cookie.name
    }
}

/// `/`
struct HomeView: PageView {
    let visitor: VisitorView?
    let csrfToken: String?
    let footer: FooterView
    let messages: [MessageView]
    let notice: String?
    let visits: Int
    let isFirstVisit: Bool
    let survivesRestart: Bool
    let session: SessionView?
    let countExplanation: String
    let operations: [OperationView]
}

/// `/account`
struct AccountView: PageView {
    let visitor: VisitorView?
    let csrfToken: String?
    let footer: FooterView
    let messages: [MessageView]
    let authenticatedAt: TimeView?
    /// Whether the user may act as another one.
    let mayAct: Bool
    let session: SessionView?
    let outcomes: [String]
}

/// `/` if there are only tokens.
struct TokenView: PageView {
    let visitor: VisitorView? = nil
    let csrfToken: String? = nil
    let footer: FooterView
    let messages: [MessageView] = []
    let notice: String?
    let id: String?
    let isNew: Bool
}

/// `/login`
struct LoginView: PageView {
    struct Hint: Sendable {
        let username: String
        let password: String
    }

    let visitor: VisitorView?
    let csrfToken: String?
    let footer: FooterView
    let messages: [MessageView]
    let isRefused: Bool
    let username: String
    let isToBeRemembered: Bool
    let next: String?
    let hints = Account.all.map { Hint(username: $0.username, password: $0.password) }

    /// - Parameter refused: The rejected input, which is shown again.
    init(
        _ session: Session,
        _ pages: PageLibrary,
        _ messages: [MessageView] = [],
        refused: LoginForm? = nil,
        next: String?
    ) {
        self.visitor = VisitorView(session)
        self.csrfToken = session.csrfToken
        self.footer = pages.footer
        self.messages = messages
        self.isRefused = refused != nil
        self.isToBeRemembered = refused?.isToBeRemembered ?? false
        self.username = refused?.credentials.username ?? ""
        self.next = next.flatMap { LocalRedirect($0) }?.location
    }
}

/// An error, for responses without access to a session.
struct ErrorView: PageView {
    let visitor: VisitorView? = nil
    let csrfToken: String? = nil
    /// Whether a user is logged in is unknown here, which is different from no user.
    let isWithoutSession = true
    let footer: FooterView
    let messages: [MessageView] = []
    let status: Int
    let title: String
    let explanation: String
}
