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
protocol VisitedHarness: Sendable {
    var clock: ManualClock { get }
    var engine: SessionEngine { get }
    var logs: InMemoryLogHandler { get }
}

extension VisitedHarness {
    var origin: String { "https://example.com" }

    var now: Instant { self.clock.now }

    var logger: Logger { LogAudit.logger(self.logs) }

    /// What was logged, as one text.
    var log: String { self.logs.entries.map { "\($0.message) \($0.metadata)" }.joined(separator: "\n") }

    func browser() -> TestBrowser { TestBrowser(clock: self.clock.sessionClock) }

    func open(
        _ browser: TestBrowser,
        isPassive: Bool = false,
        isSecure: Bool = true,
        fields: HTTPFields = [:]
    ) async throws -> Session {
        var fields = fields
        browser.addCookies(to: &fields, for: self.origin)
        return try await self.engine.open(
            SessionRequest(
                headerFields: fields, isSecure: isSecure, clientAddress: "192.0.2.1", isPassive: isPassive),
            logger: self.logger
        )
    }

    @discardableResult
    func close(_ session: Session, _ browser: TestBrowser) async throws -> HTTPFields {
        var response = HTTPFields()
        defer { browser.receive(response, from: self.origin) }
        try await self.engine.close(session, response: &response)
        return response
    }

    /// A whole request.
    @discardableResult
    func visit(
        _ browser: TestBrowser,
        isPassive: Bool = false,
        isSecure: Bool = true,
        fields: HTTPFields = [:],
        _ handler: (Session) async throws -> Void = { _ in }
    ) async throws -> HTTPFields {
        let session = try await self.open(browser, isPassive: isPassive, isSecure: isSecure, fields: fields)
        try await handler(session)
        return try await self.close(session, browser)
    }

    /// The `Set-Cookie` field of a first visit in which something is remembered.
    func firstCookie(isSecure: Bool = true, fields: HTTPFields = [:]) async throws -> String {
        let response = try await self.visit(self.browser(), isSecure: isSecure, fields: fields) { $0[.views] = 1 }
        return response[.setCookie] ?? ""
    }
}
