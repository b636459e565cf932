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

/// A site of one engine, as browsers see it.
protocol TestHarness: Sendable {
    var clock: ManualClock { get }
    var engine: SessionEngine { get }
    var logs: InMemoryLogHandler { get }
}

extension TestHarness {
    var origin: String { "https://example.com" }

    var logger: Logger { LogAudit.logger(self.logs) }

    func browser() -> TestBrowser {
        TestBrowser(clock: self.clock.sessionClock)
    }

    /// A browser that holds a value which it was never given.
    func browser(planted value: String) -> TestBrowser {
        let browser = self.browser()
        browser.plant(TestCookie(name: "__Host-session", value: value, domain: "example.com", isSecure: true))
        return browser
    }

    /// Opens the session of a browser's request without closing it: a request that takes its time.
    func open(
        _ browser: TestBrowser,
        isPassive: Bool = false,
        from client: SessionClient = .test
    ) async throws -> Session {
        var fields = HTTPFields()
        fields[.userAgent] = client.userAgent
        browser.addCookies(to: &fields, for: self.origin)
        return try await self.open(fields, isPassive: isPassive, address: client.address)
    }

    func open(
        _ fields: HTTPFields,
        isPassive: Bool = false,
        address: String? = SessionClient.test.address
    ) async throws -> Session {
        try await self.engine.open(
            SessionRequest(headerFields: fields, isSecure: true, clientAddress: address, isPassive: isPassive),
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
        defer { browser.receive(response, from: self.origin) }
        try await self.engine.close(session, outcome: outcome, response: &response)
        return response
    }

    /// A whole request.
    @discardableResult
    func visit(
        _ browser: TestBrowser,
        isPassive: Bool = false,
        from client: SessionClient = .test,
        _ handler: (Session) async throws -> Void = { _ in }
    ) async throws -> HTTPFields {
        let session = try await self.open(browser, isPassive: isPassive, from: client)
        try await handler(session)
        return try await self.close(session, browser)
    }
}

extension SessionClient {
    /// Who visits, unless it is said otherwise.
    static let test = SessionClient(address: "192.0.2.1", userAgent: "TestBrowser/1.0")
}

extension TestBrowser {
    /// The token that the browser holds.
    var token: String? { self.cookie(named: "__Host-session")?.value }

    /// A copy that holds the same cookies now, and goes its own way: an attacker's, or a request under way.
    func copy(_ harness: some TestHarness) -> TestBrowser {
        let copy = harness.browser()
        for cookie in self.cookies { copy.plant(cookie) }
        return copy
    }
}
