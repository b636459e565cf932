//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import Foundation
import HTTPTypes
import Sessions
import SessionsSQLite
import SessionsTesting
import SessionsVapor
import TestSupport
import Testing
import Vapor

@Suite("Sessions of Vapor in an engine")
struct EngineSessionDriverTests {
    private let clock = ManualClock()
    private let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)

    private func engine(_ backend: SessionBackend? = nil) throws -> SessionEngine {
        var configuration = SessionConfiguration.forTests()
        configuration.clock = self.clock.sessionClock
        return try SessionEngine(backend ?? .stored(in: self.store), configuration: configuration)
    }

    private func run(_ engine: SessionEngine, _ body: (VaporHarness) async throws -> Void) async throws {
        try await VaporHarness.with(clock: self.clock) { app in
            app.sessions.use { _ in EngineSessionDriver(engine, counters: ["visits"]) }
            LoginApplication().addRoutes(to: app)
        } body: { harness async throws in
            try await body(harness)
        }
    }

    /// The value of Vapor's cookie.
    private func credential(of browser: VaporBrowser) -> String {
        browser.browser.cookie(named: "vapor-session")?.value ?? ""
    }

    @Test("values are set, changed and removed, and the login keeps those of before")
    func values() async throws {
        try await self.run(try self.engine()) { harness async throws in
            let browser = harness.browser()
            try await browser.send(.POST, "/data/color/blue")
            try await browser.send(.POST, "/data/size/9")
            try await browser.send(.POST, "/visit/x")
            try await browser.send(.POST, "/visit/x")
            #expect(try await browser.send(.GET, "/data").text == "client x=was here,color=blue,size=9,visits=2")
            let before = self.credential(of: browser)
            try await browser.send(.POST, "/login/ada")
            #expect(self.credential(of: browser) != before)
            try await browser.send(.DELETE, "/data/size")
            try await browser.send(.DELETE, "/data/client%20x")
            #expect(try await browser.send(.GET, "/data").text == "_AccountSession=ada,color=blue,visits=2")
            #expect(try await browser.send(.GET, "/me").text == "ada")
        }
    }

    @Test("what one user had does not reach another, nor a visitor after the logout")
    func users() async throws {
        try await self.run(try self.engine()) { harness async throws in
            let browser = harness.browser()
            try await browser.send(.POST, "/login/ada")
            try await browser.send(.POST, "/data/color/blue")
            try await browser.send(.POST, "/login/alan")
            #expect(try await browser.send(.GET, "/data").text == "_AccountSession=alan")
            try await browser.send(.POST, "/data/color/red")
            let before = self.credential(of: browser)
            try await browser.send(.POST, "/auth/logout")
            #expect(try await browser.send(.GET, "/me").status == 401)
            #expect(try await browser.send(.GET, "/data").text.isEmpty)
            #expect(self.credential(of: browser) != before)
        }
    }

    @Test("the store has no secret, and the user's sessions can be listed and ended", arguments: [false, true])
    func administration(onDisk: Bool) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let engine = try self.engine(
                .stored(in: onDisk ? try SQLiteSessionStore(path: path) : MemorySessionStore()))
            try await self.run(engine) { harness async throws in
                let browser = harness.browser()
                try await browser.send(.POST, "/login/ada")
                let token = try #require(SessionToken(self.credential(of: browser)))
                if onDisk {
                    let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
                    let content = try files.map { try Data(contentsOf: folder.url.appendingPathComponent($0)) }
                    let secret = Data(self.credential(of: browser).utf8)
                    #expect(!files.isEmpty && content.allSatisfy { $0.range(of: secret) == nil })
                }
                let listed = try await engine.activeSessions(of: "ada")
                #expect(listed.map(\.id) == [token.id])
                try await engine.revokeAll(of: "ada")
                #expect(try await browser.send(.GET, "/me").status == 401)
            }
        }
    }

    @Test("both limits hold")
    func limits() async throws {
        try await self.run(try self.engine()) { harness async throws in
            let idle = harness.browser()
            try await idle.send(.POST, "/login/ada")
            harness.clock.advance(by: .minutes(19))
            #expect(try await idle.send(.GET, "/me").text == "ada")
            harness.clock.advance(by: .minutes(21))
            #expect(try await idle.send(.GET, "/me").status == 401)
            let busy = harness.browser()
            try await busy.send(.POST, "/login/ada")
            for _ in 0..<47 {
                harness.clock.advance(by: .minutes(10))
                #expect(try await busy.send(.GET, "/me").text == "ada")
            }
            harness.clock.advance(by: .minutes(11))
            #expect(try await busy.send(.GET, "/me").status == 401)
        }
    }

    @Test("nothing is stored for a visitor without values, whatever cookie comes")
    func visitors() async throws {
        try await self.run(try self.engine()) { harness async throws in
            for value in ["", "a", String(repeating: "A", count: 64), "x=y", "\"a; __Host-session=b\""] {
                let browser = harness.browser()
                let reply = try await browser.send(.GET, "/data", [.cookie: "vapor-session=\(value)"])
                #expect(reply.status == 200 && reply.text.isEmpty)
                #expect(self.credential(of: browser).isEmpty)
            }
            #expect(self.store.count(of: .create) == 0)
        }
    }

    @Test("a store that does not answer is 503, and not a logout")
    func outage() async throws {
        try await self.run(try self.engine()) { harness async throws in
            let browser = harness.browser()
            try await browser.send(.POST, "/login/ada")
            self.store.injectFault(.failing)
            let reply = try await browser.send(.GET, "/me")
            #expect(reply.status == 503 && reply.fields[.retryAfter] == "5" && reply.fields[.setCookie] == nil)
            self.store.clearFault()
            harness.clock.advance(by: .minutes(1))
            #expect(try await browser.send(.GET, "/me").text == "ada")
        }
    }

    @Test("a logout ends the session for every copy of its cookie, and an error stores nothing")
    func endings() async throws {
        try await self.run(try self.engine()) { harness async throws in
            let browser = harness.browser()
            try await browser.send(.POST, "/login/ada")
            #expect(try await browser.send(.GET, "/fails").status == 500)
            #expect(try await browser.send(.GET, "/data").text == "_AccountSession=ada")
            let old = self.credential(of: browser)
            try await browser.send(.POST, "/logout")
            #expect(self.credential(of: browser).isEmpty)
            let copy = try await harness.browser().send(.GET, "/me", [.cookie: "vapor-session=\(old)"])
            #expect(copy.status == 401)
        }
    }

    @Test("a sealed session works as long as it fits into one cookie, and is not cut off")
    func sealed() async throws {
        let keyring = try SecretKeyring([SecretKey.generated()])
        let engine = try self.engine(
            .sealed(with: keyring, revocation: .inMemoryUntilRestart, maximumCookies: 2))
        try await self.run(engine) { harness async throws in
            let browser = harness.browser()
            try await browser.send(.POST, "/login/ada")
            try await browser.send(.POST, "/data/color/blue")
            let long = String(repeating: "x", count: 4_000)
            #expect(try await browser.send(.POST, "/data/long/\(long)").status == 500)
            #expect(try await browser.send(.GET, "/data").text == "_AccountSession=ada,color=blue")
            let old = self.credential(of: browser)
            try await browser.send(.POST, "/logout")
            let copy = try await harness.browser().send(.GET, "/me", [.cookie: "vapor-session=\(old)"])
            #expect(copy.status == 401)
        }
    }

    @Test("an application that moves on to the middleware finds its sessions and their values")
    func movingOn() async throws {
        var configuration = SessionConfiguration.forTests()
        configuration.clock = self.clock.sessionClock
        configuration.cookie.name = "vapor-session"
        let engine = try SessionEngine(.stored(in: self.store), configuration: configuration)
        var fields: HTTPFields = [:]
        try await self.run(engine) { harness async throws in
            let browser = harness.browser()
            try await browser.send(.POST, "/login/ada")
            try await browser.send(.POST, "/data/color/blue")
            try await browser.send(.POST, "/visit/x")
            browser.browser.addCookies(to: &fields, for: VaporBrowser.origin)
        }
        try await VaporHarness.with(clock: self.clock) { app in
            app.middleware.use(SessionEngineMiddleware(engine))
            app.get { request in
                let session = try request.currentSession
                session[.visits] += 1
                return "\(session.subject ?? ""), \(session[SessionKey<String?>("color")] ?? ""), \(session[.visits])"
            }
        } body: { harness async throws in
            let reply = try await harness.browser().send(.GET, "/", fields)
            #expect(reply.text == "ada, blue, 2")
        }
    }
}
#endif
