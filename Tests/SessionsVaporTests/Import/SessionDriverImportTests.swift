//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import Sessions
import SessionsTesting
import SessionsVapor
import Synchronization
import Testing
import Vapor

@Suite("Sessions of Vapor that are imported")
struct SessionDriverImportTests {
    private let clock = ManualClock()
    private let store = MemorySessionStore()
    private let driver = OldDriver()
    private let key = SecretKey.generated()

    private func engine() throws -> SessionEngine {
        var configuration = SessionConfiguration.forTests()
        configuration.clock = self.clock.sessionClock
        return try SessionEngine(.stored(in: self.store), configuration: configuration)
    }

    private func run(_ body: (VaporHarness) async throws -> Void) async throws {
        let engine = try self.engine()
        try await VaporHarness.with(clock: self.clock) { app in
            app.sessions.use { _ in self.driver }
            try addImport(into: engine, key: self.key, to: app)
            app.get { request in
                let session = try request.currentSession
                return "\(session.subject ?? "no one"), \(session[SessionKey<String?>("color")] ?? "")"
            }
            app.post("logout") { request in
                try await request.currentSession.logOut()
                return ""
            }
        } body: { harness async throws in
            try await body(harness)
        }
    }

    /// A browser with the cookie that Vapor's middleware has set.
    private func browser(_ harness: VaporHarness, _ id: String) -> VaporBrowser {
        let browser = harness.browser()
        browser.browser.plant(TestCookie(name: "vapor-session", value: id, domain: "example.com"))
        return browser
    }

    @Test("a visitor stays signed in, in a session of the engine; the old one is gone, and so is its cookie")
    func importing() async throws {
        let id = self.driver.keep(["_UserSession": "ada", "color": "blue"])
        try await self.run { harness async throws in
            let browser = self.browser(harness, id)
            #expect(try await browser.send(.GET, "/").text == "ada, blue")
            #expect(browser.browser.cookies.map(\.name) == ["__Host-session"])
            #expect(try await browser.send(.GET, "/").text == "ada, blue")
            #expect(self.driver.isEmpty)
            let stored = try await self.store.sessions(of: "ada", now: self.clock.now)
            #expect(stored.count == 1)
        }
    }

    @Test("a session that Vapor's own middleware has begun in memory is continued")
    func ofVapor() async throws {
        let engine = try self.engine()
        try await VaporHarness.with(clock: self.clock) { app in
            let old = app.grouped("old").grouped(app.sessions.middleware)
            old.get { request in
                request.session.authenticate(Account(name: "ada"))
                request.session.data["color"] = "blue"
                return ""
            }
            old.get("color") { $0.session.data["color"] ?? "none" }
            let new = try app.grouped(
                SessionEngineMiddleware(engine),
                SessionDriverImportMiddleware(engine, from: app.sessions.driver, key: self.key)
            )
            new.get("new") { request in
                let session = try request.currentSession
                return "\(session.subject ?? "no one"), \(session[SessionKey<String?>("color")] ?? "")"
            }
        } body: { harness async throws in
            let browser = harness.browser()
            try await browser.send(.GET, "/old")
            #expect(try await browser.send(.GET, "/old/color").text == "blue")
            let copy = try #require(browser.browser.cookie(named: "vapor-session")?.value)
            #expect(try await browser.send(.GET, "/new").text == "ada, blue")
            #expect(try await browser.send(.GET, "/new").text == "ada, blue")
            #expect(browser.browser.cookies.map(\.name) == ["__Host-session"])
            #expect(try await self.browser(harness, copy).send(.GET, "/old/color").text == "none")
        }
    }

    @Test("parallel requests continue with one session, and a logout ends it for good")
    func once() async throws {
        let id = self.driver.keep(["_UserSession": "ada"])
        try await self.run { harness async throws in
            let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        let browser = self.browser(harness, id)
                        let reply = try await browser.send(.GET, "/")
                        #expect(reply.text == "ada, ")
                        return browser.browser.cookie(named: "__Host-session")?.value
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(tokens.count == 1 && tokens.first != nil)
            let browser = self.browser(harness, id)
            try await browser.send(.POST, "/logout")
            #expect(browser.browser.cookies.isEmpty)
            for wait in [Duration.zero, .minutes(2)] {
                self.clock.advance(by: wait)
                #expect(try await self.browser(harness, id).send(.GET, "/").text == "no one, ")
            }
        }
    }

    @Test("cookies that could be no id are not looked up, and an outage of the driver is 503")
    func hostileCookies() async throws {
        let id = self.driver.keep(["_UserSession": "ada"])
        try await self.run { harness async throws in
            for value in ["", "a", id + id, String(id.dropLast()) + "A", id.dropLast(2) + "*="] {
                #expect(try await self.browser(harness, value).send(.GET, "/").text == "no one, ")
            }
            let two: HTTPFields = [.cookie: "vapor-session=\(id); vapor-session=\(id)"]
            #expect(try await harness.browser().send(.GET, "/", two).text == "no one, ")
            #expect(self.driver.readCount == 0)
            self.driver.fails = true
            let reply = try await self.browser(harness, id).send(.GET, "/")
            #expect(reply.status == 503 && reply.fields[.retryAfter] != nil)
        }
    }

    @Test("a stored session that cannot be decoded is its own visitor's alone, and no failure of the driver")
    func undecodable() async throws {
        let (broken, whole) = (self.driver.keep(["_UserSession": "ada"]), self.driver.keep(["_UserSession": "alan"]))
        try await self.run { harness async throws in
            let error = DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "no JSON"))
            for thrown in [error, FluentLikeError.invalidField(name: "data", error: error)] as [any Error] {
                self.driver.damage(broken, thrown)
                for _ in 0..<20 { #expect(try await self.browser(harness, broken).send(.GET, "/").text == "no one, ") }
            }
            #expect(try await self.browser(harness, whole).send(.GET, "/").text == "alan, ")
        }
    }

    /// The shape of `FluentError.invalidField`.
    private enum FluentLikeError: Error {
        case invalidField(name: String, error: any Error)
    }

    @Test("the drop-in imports too, and Vapor's cookie keeps its name", arguments: ["visits", "other"])
    func dropIn(counter: String) async throws {
        let id = self.driver.keep(["_AccountSession": "ada", "visits": "7"])
        let driver = try EngineSessionDriver(
            try self.engine(), importingFrom: self.driver, key: self.key, counters: [counter])
        try await VaporHarness.with(clock: self.clock) { app in
            app.sessions.use { _ in driver }
            LoginApplication().addRoutes(to: app)
        } body: { harness async throws in
            let browser = self.browser(harness, id)
            #expect(try await browser.send(.GET, "/me").text == "ada")
            #expect(browser.browser.cookie(named: "vapor-session")?.value.count == 64)
            #expect(self.driver.isEmpty)
            try await browser.send(.POST, "/visit/x")
            #expect(try await browser.send(.GET, "/data").text.contains("visits=8"))
            try await browser.send(.POST, "/logout")
            #expect(try await self.browser(harness, id).send(.GET, "/me").status == 401)
        }
    }

    @Test("an engine without a store imports nothing, and says so")
    func withoutStore() throws {
        let engine = try SessionEngine(.tokenOnly(with: try SecretKeyring([SecretKey.generated()])))
        let driver = self.driver
        let error = #expect(throws: SessionError.self) {
            try SessionDriverImportMiddleware(engine, from: driver, key: SecretKey.generated())
        }
        #expect(error?.code == .configuration)
    }
}

/// Sessions as the drivers of Fluent and Redis keep them: under ids of the same form as those in memory.
private final class OldDriver: AsyncSessionDriver {
    private struct Outage: Error {}

    private struct State {
        var sessions: [String: SessionData] = [:]
        var readCount = 0
        var fails = false
        var damages: [String: any Error] = [:]
    }

    private let state = Mutex(State())

    var isEmpty: Bool { self.state.withLock { $0.sessions.isEmpty } }
    var readCount: Int { self.state.withLock { $0.readCount } }
    var fails: Bool {
        get { self.state.withLock { $0.fails } }
        set { self.state.withLock { $0.fails = newValue } }
    }

    func keep(_ data: SessionData) -> String {
        let id = [UInt8].random(count: 32).base64String()
        self.state.withLock { $0.sessions[id] = data }
        return id
    }

    /// Lets every read of a session throw an error.
    func damage(_ id: String, _ error: any Error) {
        self.state.withLock { $0.damages[id] = error }
    }

    func createSession(_ data: SessionData, for request: Request) async throws -> Vapor.SessionID {
        Vapor.SessionID(string: self.keep(data))
    }

    func readSession(_ sessionID: Vapor.SessionID, for request: Request) async throws -> SessionData? {
        try self.state.withLock { state in
            if state.fails { throw Outage() }
            state.readCount += 1
            if let error = state.damages[sessionID.string] { throw error }
            return state.sessions[sessionID.string]
        }
    }

    func updateSession(
        _ sessionID: Vapor.SessionID,
        to data: SessionData,
        for request: Request
    ) async throws -> Vapor.SessionID {
        self.state.withLock { $0.sessions[sessionID.string] = data }
        return sessionID
    }

    func deleteSession(_ sessionID: Vapor.SessionID, for request: Request) async throws {
        self.state.withLock { $0.sessions[sessionID.string] = nil }
    }
}
#endif
