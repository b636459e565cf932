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
import Sessions
import SessionsHummingbird
import SessionsHummingbirdTesting
import Testing

/// A server for the rows of the article *Coming from hummingbird-auth*.
struct AuthParityHarness: Sendable {
    struct Context: SessionsRequestContext {
        var coreContext: CoreRequestContextStorage
        var sessions: SessionsStorage
        var identity: User?

        init(source: Source) {
            self.coreContext = .init(source: source)
            self.sessions = .init(source: source)
        }
    }

    let clock = ManualClock()
    let store = MemorySessionStore()
    var configuration = SessionConfiguration.forTests()

    /// An engine on the store, with the configuration.
    func engine() throws -> SessionEngine {
        var configuration = self.configuration
        configuration.clock = self.clock.sessionClock
        return try SessionEngine(.stored(in: self.store), configuration: configuration)
    }

    /// Runs a test with a router behind the middleware of sessions.
    func run(
        _ addRoutes: (Router<Context>) throws -> Void,
        _ body: @escaping @Sendable (BrowserClient) async throws -> Void
    ) async throws {
        let router = Router(context: Context.self)
        router.add(middleware: SessionsMiddleware(try self.engine()))
        try addRoutes(router)
        let clock = self.clock.sessionClock
        try await Application(router: router, logger: LogAudit.logger()).test(.router) { client async throws in
            try await body(BrowserClient(client, clock: clock))
        }
    }

    /// Expects the responses to requests that one browser sends to one handler.
    func answers(
        _ texts: String...,
        handler: @escaping @Sendable (Session) async throws -> String
    ) async throws {
        try await self.run { router in
            router.get { _, context in try await handler(try context.session) }
        } _: { browser async throws in
            for text in texts { #expect(try await browser.get("/").text == text) }
        }
    }

    /// The `Set-Cookie` field of a visitor's first value, or of one who is remembered.
    func setCookie(_ prepare: @escaping @Sendable (Session) async throws -> Void = { _ in }) async throws -> String {
        let engine = try self.engine()
        let session = try await engine.open(
            SessionRequest(headerFields: [:], isSecure: true), logger: LogAudit.logger())
        session[.name] = "Ada"
        try await prepare(session)
        var fields = HTTPFields()
        try await engine.close(session, response: &fields)
        return fields[.setCookie] ?? ""
    }
}

extension SessionKey<String?> {
    static var name: Self { .init("name") }
}

extension SessionKey<Int> {
    static var count: Self { .counter("count") }
}
#endif
