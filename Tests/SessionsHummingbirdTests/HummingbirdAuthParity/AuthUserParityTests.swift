//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LogAudit
import Logging
import Sessions
import SessionsHummingbird
import SessionsHummingbirdTesting
import Testing

@Suite("Users of hummingbird-auth")
struct AuthUserParityTests {
    private typealias Context = AuthParityHarness.Context

    private let harness = AuthParityHarness()

    /// Runs a test with a browser in which a user is logged in, and with one without a login.
    private func run(
        _ addRoutes: (Router<Context>) throws -> Void,
        _ body: @escaping @Sendable (_ user: BrowserClient, _ stranger: BrowserClient) async throws -> Void
    ) async throws {
        let (engine, clock) = (try self.harness.engine(), self.harness.clock.sessionClock)
        let router = Router(context: Context.self)
        router.add(middleware: SessionsMiddleware(engine))
        try addRoutes(router)
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client async throws in
            let user = BrowserClient(client, clock: clock)
            try await user.logIn("ada", with: engine)
            try await body(user, BrowserClient(client, clock: clock))
        }
    }

    @Test("SessionAuthenticator, its repositories, and context.identity")
    func authenticator() async throws {
        try await self.run { router in
            router.add(middleware: LoadUser(into: \.identity) { subject in User(id: subject, name: "Ada Lovelace") })
            router.get { _, context in context.identity?.name ?? "no one" }
        } _: { user, stranger async throws in
            #expect(try await user.get("/").text == "Ada Lovelace")
            #expect(try await stranger.get("/").text == "no one")
        }
    }

    @Test("UserRepositoryContext.logger")
    func logger() async throws {
        try await self.run { router in
            router.get { _, context in
                let session = try context.session
                let user = try await session.loadUser(logger: context.logger) { subject in
                    context.logger.debug("A user is loaded")
                    return User(id: subject, name: "Ada Lovelace")
                }
                return user?.name ?? "no one"
            }
        } _: { user, _ async throws in
            #expect(try await user.get("/").text == "Ada Lovelace")
        }
    }

    @Test("requireIdentity()")
    func identity() async throws {
        try await self.run { router in
            router.get { _, context in
                let session = try context.session
                return try session.requireAuthenticated()
            }
        } _: { user, stranger async throws in
            #expect(try await user.get("/").text == "ada")
            #expect(try await stranger.get("/").status == .unauthorized)
        }
    }

    @Test("IsAuthenticatedMiddleware")
    func isAuthenticated() async throws {
        try await self.run { router in
            router.group("api").add(middleware: RequireLogin()).get { _, _ in "in" }
            let login = try GuardResponse.redirect(to: "/login")
            router.group("account").add(middleware: RequireLogin(login)).get { _, _ in "in" }
        } _: { user, stranger async throws in
            #expect(try await user.get("/api").text == "in")
            #expect(try await stranger.get("/api").status == .unauthorized)
            #expect(try await stranger.get("/account").path == "/login")
        }
    }

    @Test("TestAuthentication.cookie(name:value:)")
    func testing() async throws {
        let engine = try self.harness.engine()
        let router = Router(context: Context.self)
        router.add(middleware: SessionsMiddleware(engine))
        router.get { _, context in try context.session.subject ?? "no one" }
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client async throws in
            let browser = BrowserClient(client)
            try await browser.logIn("ada", with: engine)
            #expect(try await browser.get("/").text == "ada")
        }
    }
}
#endif
