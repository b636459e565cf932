//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import LogAudit
import Logging
import Sessions
import SessionsTesting
import Testing

@Suite("SessionStorage of hummingbird-auth, used by itself")
struct AuthStorageParityTests {
    private let logger = LogAudit.logger()
    private let browser = TestBrowser()

    /// A request of the browser.
    private var request: SessionRequest {
        var fields = HTTPFields()
        self.browser.addCookies(to: &fields, for: "https://example.com/")
        return SessionRequest(headerFields: fields, isSecure: true)
    }

    /// Begins a session with a value in the browser.
    private func begin(_ engine: SessionEngine, _ prepare: (Session) async throws -> Void = { _ in }) async throws {
        let session = try await engine.open(self.request, logger: self.logger)
        session[.name] = "Ada"
        try await prepare(session)
        var fields = HTTPFields()
        try await engine.close(session, response: &fields)
        self.browser.receive(fields, from: "https://example.com/")
    }

    @Test("SessionStorage(_:) and SessionStorageConfiguration")
    func storage() async throws {
        let (store, configuration) = (MemorySessionStore(), SessionConfiguration.forTests())
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        try await self.begin(engine)
        #expect(try await engine.open(self.request, logger: self.logger)[.name] == "Ada")
    }

    @Test("save(session:expiresIn:)")
    func save() async throws {
        let engine = try AuthParityHarness().engine()
        let session = try await engine.open(self.request, logger: self.logger)
        try await session.logIn("ada")
        var fields = HTTPFields()
        try await engine.close(session, response: &fields)
        #expect(fields[values: .setCookie].count == 1)
    }

    @Test("update(session:expiresIn:request:)")
    func update() async throws {
        let engine = try AuthParityHarness().engine()
        let text = String(repeating: "A", count: 64)
        let planted = try #require(SessionToken(text.utf8))
        let cookie: HTTPFields = [.cookie: "__Host-session=\(text)"]
        let session = try await engine.open(SessionRequest(headerFields: cookie, isSecure: true), logger: self.logger)
        session[.name] = "Ada"
        var fields = HTTPFields()
        try await engine.close(session, response: &fields)
        #expect(session.id != nil && session.id != planted.id)
    }

    @Test("load(request:)")
    func load() async throws {
        let (engine, logger) = (try AuthParityHarness().engine(), self.logger)
        try await self.begin(engine)
        let request = self.request
        let session = try await engine.open(request, logger: logger)
        #expect(session[.name] == "Ada")
    }

    @Test("loadWithTTL(request:)")
    func loadWithTimeToLive() async throws {
        let harness = AuthParityHarness()
        let engine = try harness.engine()
        try await self.begin(engine) { session in try await session.logIn("ada") }
        harness.clock.advance(by: .seconds(60))
        let session = try await engine.open(self.request, logger: self.logger)
        #expect(session.remaining == .seconds(19 * 60))
    }

    @Test("delete(request:)")
    func delete() async throws {
        let engine = try AuthParityHarness().engine()
        try await self.begin(engine)
        let id = try #require(try await engine.open(self.request, logger: self.logger).id)
        try await engine.revoke(id)
        #expect(try await engine.open(self.request, logger: self.logger).id == nil)
        try await self.begin(engine)
        let session = try await engine.open(self.request, logger: self.logger)
        try await session.destroy()
        #expect(try await engine.open(self.request, logger: self.logger).id == nil)
    }

    @Test("getId(request:)")
    func id() async throws {
        let engine = try AuthParityHarness().engine()
        try await self.begin(engine)
        let session = try await engine.open(self.request, logger: self.logger)
        let id = try #require(session.id)
        #expect(try await engine.open(self.request, logger: self.logger).id == id)
        let stolen: HTTPFields = [.cookie: "__Host-session=\(id)"]
        let thief = SessionRequest(headerFields: stolen, isSecure: true)
        #expect(try await engine.open(thief, logger: self.logger).id == nil)
    }

    @Test("Error.sessionDoesNotExist")
    func doesNotExist() async throws {
        let engine = try AuthParityHarness().engine()
        let session = try await engine.open(self.request, logger: self.logger)
        #expect(session.id == nil)
    }

    @Test("Error.sessionInvalidType")
    func invalidType() async throws {
        var harness = AuthParityHarness()
        harness.configuration.undecodableValues = .drop
        let engine = try harness.engine()
        try await self.begin(engine) { $0[.count] = 7 }
        let session = try await engine.open(self.request, logger: self.logger)
        #expect(session[SessionKey<[Int]>("name", default: [])].isEmpty)
        #expect(session[.count] == 7)
    }
}
#endif
