//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging
import Sessions

/// An engine for an adapter, with direct access to what is stored.
struct AdapterHarness: Sendable {
    static let origin = "https://example.com"

    let clock = ManualClock()
    /// The store of the engine.
    let store: FaultySessionStore
    /// The engine for the middlewares.
    let engine: SessionEngine
    /// An engine on the same sessions that no fault affects and no counter counts.
    private let undisturbed: SessionEngine

    init(
        transports: [any SessionTransport]? = nil,
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = SessionConfiguration.forTests()
        configuration.clock = self.clock.sessionClock
        configure(&configuration)
        let base = MemorySessionStore()
        self.store = FaultySessionStore(base)
        self.engine = try SessionEngine(
            .stored(in: self.store), configuration: configuration, transports: transports)
        self.undisturbed = try SessionEngine(.stored(in: base), configuration: configuration)
    }

    /// A browser without cookies.
    func stranger() -> TestBrowser {
        TestBrowser(clock: self.clock.sessionClock)
    }

    /// A browser with a session that was not created through the adapter.
    func visitor(_ fill: (Session) async throws -> Void = { $0[.visits] = 1 }) async throws -> TestBrowser {
        let browser = self.stranger()
        let session = try await self.session(of: browser)
        try await fill(session)
        var fields = HTTPFields()
        try await self.undisturbed.close(session, response: &fields)
        browser.receive(fields, from: Self.origin)
        return browser
    }

    /// The session that a browser's cookie currently opens.
    func session(of browser: TestBrowser) async throws -> Session {
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: Self.origin)
        let logger = Logger(label: "sessions.conformance") { _ in SwiftLogNoOpLogHandler() }
        return try await self.undisturbed.open(SessionRequest(headerFields: fields, isPassive: true), logger: logger)
    }

    /// The counter that the routes increment.
    func visits(of browser: TestBrowser) async throws -> Int {
        try await self.session(of: browser)[.visits]
    }
}

extension SessionKey<Int> {
    static var visits: Self { .counter("visits") }
}
