//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import InMemoryLogging
import LogAudit
import Logging
import Sessions
import SessionsTesting

/// A site for tests: an engine with a clock that stands still, and a store that can be broken.
struct Site: Sendable {
    let clock: ManualClock
    let memory: MemorySessionStore
    let store: FaultySessionStore
    let engine: SessionEngine
    let logs = InMemoryLogHandler()
    let origin = "https://example.com"

    /// - Parameters:
    ///   - other: A site that has the same clock and the same memory, as another server would.
    ///   - needsDeadline: What the store says of itself.
    ///   - encryptedAtRest: Whether values are sealed in the store.
    ///   - configure: What is not as the defaults are.
    init(
        sharing other: Site? = nil,
        needsDeadline: Bool = false,
        encryptedAtRest: Bool = false,
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws {
        self.clock = other?.clock ?? ManualClock()
        self.memory = other?.memory ?? MemorySessionStore(maximumCount: 10_000)
        self.store = FaultySessionStore(self.memory, needsDeadline: needsDeadline)
        var configuration = SessionConfiguration()
        configuration.clock = self.clock.sessionClock
        configure(&configuration)
        // Chance is the system's: were it the same for every site, one's secret would stand in another's ids, which
        // logs may show.
        self.engine = try SessionEngine(
            .stored(in: self.store, encryptedAtRest: encryptedAtRest),
            configuration: configuration,
            transport: AuditedTransport(configuration)
        )
    }

    func browser() -> TestBrowser {
        TestBrowser(clock: self.clock.sessionClock)
    }

    var logger: Logger { LogAudit.logger(self.logs) }

    /// Opens the session of a browser's request without closing it: a request that takes its time.
    func open(_ browser: TestBrowser, isPassive: Bool = false) async throws -> Session {
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: self.origin)
        return try await self.open(fields, isPassive: isPassive)
    }

    func open(_ fields: HTTPFields, isPassive: Bool = false) async throws -> Session {
        try await self.engine.open(
            SessionRequest(headerFields: fields, isSecure: true, clientAddress: "192.0.2.1", isPassive: isPassive),
            logger: self.logger
        )
    }

    /// Closes a session and lets the browser take the response in.
    @discardableResult
    func close(
        _ session: Session,
        _ browser: TestBrowser,
        outcome: SessionEngine.Outcome = .responded
    ) async throws -> HTTPFields {
        var response = HTTPFields()
        do {
            try await self.engine.close(session, outcome: outcome, response: &response)
        } catch {
            browser.receive(response, from: self.origin)
            throw error
        }
        browser.receive(response, from: self.origin)
        return response
    }

    /// A whole request.
    @discardableResult
    func visit(
        _ browser: TestBrowser,
        isPassive: Bool = false,
        _ handler: (Session) async throws -> Void = { _ in }
    ) async throws -> HTTPFields {
        let session = try await self.open(browser, isPassive: isPassive)
        try await handler(session)
        return try await self.close(session, browser)
    }

    /// How many sessions are stored.
    var count: Int {
        get async throws { try await self.memory.count(now: self.clock.now) }
    }
}

extension TestBrowser {
    /// The token that the browser holds.
    var token: String? { self.cookie(named: "__Host-session")?.value }

    /// A copy that holds the same cookies now, and goes its own way: an attacker's, or a request under way.
    func copy(_ site: Site) -> TestBrowser {
        let copy = site.browser()
        for cookie in self.cookies { copy.plant(cookie) }
        return copy
    }
}

extension SessionKey<Int> {
    static var views: Self { .counter("views") }
}

extension SessionKey<String?> {
    static var theme: Self { .init("theme") }
}

extension SessionKey<[String]> {
    static var cart: Self { .init("cart", default: []) }
}
