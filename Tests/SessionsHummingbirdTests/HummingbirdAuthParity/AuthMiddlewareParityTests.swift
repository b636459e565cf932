//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Hummingbird
import HummingbirdTesting
import LogAudit
import Sessions
import SessionsHummingbird
import SessionsHummingbirdTesting
import Testing

@Suite("SessionMiddleware of hummingbird-auth")
struct AuthMiddlewareParityTests {
    private typealias Context = AuthParityHarness.Context

    @Test("SessionMiddleware(storage:)")
    func middleware() async throws {
        let engine = try AuthParityHarness().engine()
        try await self.counts { router in
            router.add(middleware: SessionsMiddleware(engine))
            Self.addCounter(to: router)
        }
    }

    @Test("a PersistDriver in memory")
    func memory() async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        try await self.counts { router in
            router.add(middleware: SessionsMiddleware(engine))
            Self.addCounter(to: router)
        }
    }

    @Test("a PersistDriver in Valkey, Redis, PostgreSQL or Fluent")
    func stores() async throws {
        let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
        let engine = try SessionEngine(.stored(in: store))
        try await self.counts { router in
            router.add(middleware: SessionsMiddleware(engine))
            Self.addCounter(to: router)
        }
        #expect(store.count(of: .create) == 1)
    }

    @Test("SessionMiddleware(sessionStorage:)")
    func groups() async throws {
        let engine = try AuthParityHarness().engine()
        try await self.counts { router in
            Self.addCounter(to: router.group().add(middleware: SessionsMiddleware(engine)))
            Self.addCounter(to: router.group("shop").add(middleware: SessionsMiddleware(engine)))
        }
    }

    @Test("sessionCookieParameters")
    func cookie() async throws {
        var harness = AuthParityHarness()
        harness.configuration.cookie = SessionCookie(name: "SESSION_ID", sameSite: .strict)
        #expect(try await harness.setCookie().hasPrefix("SESSION_ID="))
    }

    @Test("defaultSessionExpiration")
    func expiration() async throws {
        var harness = AuthParityHarness()
        harness.configuration.limits.idle = .seconds(12 * 3_600)
        harness.configuration.limits.absolute = .seconds(12 * 3_600)
        let clock = harness.clock
        try await harness.run { router in
            router.post("login") { _, context in
                try await context.session.logIn("ada")
                return ""
            }
            router.get { _, context in try context.session.subject ?? "no one" }
        } _: { browser async throws in
            try await browser.fetch(.post, "/login")
            for _ in 0..<2 {
                clock.advance(by: .seconds(5 * 3_600))
                #expect(try await browser.get("/").text == "ada")
            }
            clock.advance(by: .seconds(2 * 3_600))
            #expect(try await browser.get("/").text == "no one")
        }
    }

    private static func addCounter(to group: some RouterMethods<Context>) {
        group.get { _, context in
            let session = try context.session
            session[.count] += 1
            return "\(session[.count])"
        }
    }

    private func counts(_ addRoutes: (Router<Context>) -> Void) async throws {
        let router = Router(context: Context.self)
        addRoutes(router)
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client async throws in
            let browser = BrowserClient(client)
            for number in 1...2 { #expect(try await browser.get("/").text == "\(number)") }
        }
    }
}
#endif
