//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Hummingbird
import Logging
import Sessions
import SessionsHummingbird
import ShowcaseKit

extension SessionKey<Int> {
    /// How many times the visitor has seen the first page.
    static var visits: Self { .counter("visits") }
}

/// The pages for people.
struct PagesController {
    private let pages: PageLibrary
    private let throttle: LoginThrottle

    init(_ pages: PageLibrary, _ throttle: LoginThrottle) {
        self.pages = pages
        self.throttle = throttle
    }

    func addRoutes(to group: RouterGroup<ShowcaseRequestContext>) {
        group.get("/", use: self.home)
        group.get("login", use: self.loginForm)
        group.post("login", use: self.logIn)
        group.post("logout", use: self.logOut)
    }

    /// Adds the page to which the site of a payment service sends browsers, with a form.
    func addPaymentRoutes(to group: RouterGroup<ShowcaseRequestContext>) {
        group.post("payment/return", use: self.payment)
    }

    /// Adds the page of the user who is logged in, behind a guard.
    func addUserRoutes(to group: RouterGroup<ShowcaseRequestContext>) {
        group.get(use: self.account)
    }

    @Sendable func home(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        let session = try context.session
        let lastAccessedAt = session.lastAccessedAt
        // Like `session[.visits] += 1`, but safe if a visitor has set the counter to the largest number.
        let visits = session.increment(.visits)
        do {
            // Otherwise it would be stored with the response. Stored now, the page can show the session that a first
            // visit creates.
            try await session.save()
        } catch let error as SessionError {
            // The end of the request gets the same error, and decides what it means for the response.
            context.logger.debug("The page comes without its session", metadata: ["error": "\(error)"])
        }
        let operation = request.uri.queryParameters["did"].flatMap { SessionOperation(rawValue: String($0)) }
        return try self.pages.page(
            "home",
            HomeView(
                visitor: VisitorView(session),
                csrfToken: session.csrfToken,
                footer: self.pages.footer,
                messages: try await context.messages(for: request),
                notice: operation?.outcome(self.pages.backend.sealedRevocation),
                visits: visits,
                isFirstVisit: visits == 1,
                survivesRestart: self.pages.backend.survivesRestart,
                session: SessionView(session, self.pages, request, lastAccessedAt: lastAccessedAt),
                countExplanation: self.pages.backend.countText,
                operations: SessionOperation.allCases.map { OperationView($0, self.pages.backend.sealedRevocation) }
            )
        )
    }

    @Sendable func loginForm(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        let next = request.uri.queryParameters["next"].map(String.init)
        let messages = try await context.messages(for: request)
        return try self.pages.page("login", LoginView(context.session, self.pages, messages, next: next))
    }

    @Sendable func logIn(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        let form = try await LoginForm(request, context)
        guard let account = try await Account.opened(by: form.credentials, self.throttle, in: context.session) else {
            let view = try LoginView(context.session, self.pages, refused: form, next: form.next)
            return try self.pages.page("login", view, status: .unauthorized)
        }
        try await context.session.logIn(account.username, remember: form.isToBeRemembered)
        try context.session.addFlashMessage("Welcome, \(account.name). You are logged in.", kind: .success)
        let next = form.next.flatMap { LocalRedirect($0) } ?? .account
        return .redirect(to: next.location)
    }

    @Sendable func logOut(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        try await context.session.logOut()
        return .redirect(to: "/")
    }

    /// With `SameSite=Lax` the browser sends the form of another site without the cookie, so that the message is
    /// dropped. After the redirect, the page knows the user again.
    @Sendable func payment(_ request: Request, _ context: ShowcaseRequestContext) throws -> Response {
        try context.session.addFlashMessage("Your payment has arrived.", kind: .success)
        return .redirect(to: "/account")
    }

    @Sendable func account(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        let session = try context.session
        return try self.pages.page(
            "account",
            AccountView(
                visitor: VisitorView(session),
                csrfToken: session.csrfToken,
                footer: self.pages.footer,
                messages: try await context.messages(for: request),
                authenticatedAt: session.authenticatedAt.map { TimeView($0) },
                mayAct: session.subject == ActingController.administrator && self.pages.backend.store.isStored,
                session: SessionView(session, self.pages, request),
                outcomes: self.pages.backend.loginTexts(session.subject ?? "")
            )
        )
    }
}
