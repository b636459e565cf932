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

@Suite("SessionRequestContext of hummingbird-auth")
struct AuthContextParityTests {
    private let harness = AuthParityHarness()

    @Test("SessionRequestContext and BasicSessionRequestContext")
    func requestContext() async throws {
        struct Context: SessionsRequestContext {
            var coreContext: CoreRequestContextStorage
            var sessions: SessionsStorage

            init(source: Source) {
                self.coreContext = .init(source: source)
                self.sessions = .init(source: source)
            }
        }
        let router = Router(context: Context.self)
        router.add(middleware: SessionsMiddleware(try self.harness.engine()))
        router.get { _, context in
            let session = try context.session
            session[.name] = "Ada"
            session[.count] += 1
            return "\(session[.name] ?? "") \(session[.count])"
        }
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client async throws in
            let browser = BrowserClient(client)
            #expect(try await browser.get("/").text == "Ada 1")
        }
    }

    @Test("context.sessions")
    func session() async throws {
        try await self.harness.run { router in
            router.get { _, context in
                let session = try context.session
                return "\(session.isAuthenticated)"
            }
        } _: { browser async throws in
            #expect(try await browser.get("/").text == "false")
        }
    }

    @Test("sessions.session and dynamic members of SessionData")
    func values() async throws {
        try await self.harness.answers("none, no names", "Ada, name") { session in
            let text = "\(session[.name] ?? "none"), \(session.values.names.first ?? "no names")"
            session[.name] = "Ada"
            return text
        }
    }

    @Test("setSession at a login")
    func login() async throws {
        let value = "Alan"
        try await self.harness.answers("true, alan, Alan") { session in
            try await session.logIn("ada")
            let before = session.id
            try await session.logIn("alan", setting: .name, to: value)
            return "\(session.id != before), \(session.subject ?? ""), \(session[.name] ?? "")"
        }
    }

    @Test("setSession without a login")
    func setting() async throws {
        let value = "Ada"
        try await self.harness.answers("none", "Ada") { session in
            let before = session[.name]
            session[.name] = value
            return before ?? "none"
        }
    }

    @Test("expiresIn, set")
    func expiresIn() async throws {
        try await self.harness.answers("60.0 seconds") { session in
            try await session.remember(for: .seconds(60))
            return "\(session.remaining ?? .zero)"
        }
    }

    @Test("expiresIn, read")
    func remaining() async throws {
        try await self.harness.answers("true, 1200.0 seconds") { session in
            let none = session.remaining == nil
            try await session.logIn("ada")
            return "\(none), \(session.remaining ?? .zero)"
        }
    }

    @Test("clearSession at a logout")
    func logout() async throws {
        try await self.harness.answers("false, no one", "false, no one") { session in
            let isBack = session.isAuthenticated
            try await session.logIn("ada")
            try await session.logOut()
            return "\(isBack), \(session.subject ?? "no one")"
        }
    }

    @Test("clearSession otherwise")
    func clearing() async throws {
        try await self.harness.answers("true, true, true") { session in
            session[.name] = "Ada"
            try await session.save()
            let id = session.id
            session.removeAll()
            let isKept = session[.name] == nil && session.id == id
            try await session.destroy()
            return "\(id != nil), \(isKept), \(session.id == nil)"
        }
    }

    @Test("withLockedSession")
    func changes() async throws {
        try await self.harness.answers("1 Ada", "2 AdaAda") { session in
            session[.count] += 1
            try session.update(.name) { $0 = ($0 ?? "") + "Ada" }
            return "\(session[.count]) \(session[.name] ?? "")"
        }
    }
}
#endif
