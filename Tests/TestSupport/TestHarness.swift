//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes
package import Logging
package import Sessions
package import SessionsTesting

/// An engine that browsers of a test send requests to.
package protocol TestHarness: Sendable {
    var clock: ManualClock { get }
    var engine: SessionEngine { get }
    /// The logger of each request.
    var logger: Logger { get }
    /// The client of a request that names no other.
    var client: SessionClient { get }
}

extension TestHarness {
    package var client: SessionClient { .test }

    package var origin: String { "https://example.com" }

    package var now: SessionInstant { self.clock.now }

    package func browser() -> TestBrowser { TestBrowser(clock: self.clock.sessionClock) }

    /// A browser that sends a cookie value which no response has set.
    package func browser(planted value: String) -> TestBrowser {
        let browser = self.browser()
        browser.plant(TestCookie(name: "__Host-session", value: value, domain: "example.com", isSecure: true))
        return browser
    }

    /// Opens the session of a browser's request without closing it: a request that takes its time.
    package func open(
        _ browser: TestBrowser,
        isPassive: Bool = false,
        isSecure: Bool = true,
        from client: SessionClient? = nil,
        fields: HTTPFields = [:]
    ) async throws -> Session {
        let client = client ?? self.client
        var fields = fields
        if fields[.userAgent] == nil { fields[.userAgent] = client.userAgent }
        browser.addCookies(to: &fields, for: self.origin)
        return try await self.open(fields, isPassive: isPassive, isSecure: isSecure, address: client.address)
    }

    /// Opens the session of a request with these header fields and no others.
    package func open(
        _ fields: HTTPFields,
        isPassive: Bool = false,
        isSecure: Bool = true,
        address: String? = SessionClient.test.address
    ) async throws -> Session {
        try await self.engine.open(
            SessionRequest(headerFields: fields, isSecure: isSecure, clientAddress: address, isPassive: isPassive),
            logger: self.logger
        )
    }

    /// Closes a session. The browser receives the response even if this throws.
    @discardableResult
    package func close(
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
    package func visit(
        _ browser: TestBrowser,
        isPassive: Bool = false,
        isSecure: Bool = true,
        from client: SessionClient? = nil,
        fields: HTTPFields = [:],
        _ handler: (Session) async throws -> Void = { _ in }
    ) async throws -> HTTPFields {
        let session = try await self.open(
            browser, isPassive: isPassive, isSecure: isSecure, from: client, fields: fields)
        try await handler(session)
        return try await self.close(session, browser)
    }

    /// The `Set-Cookie` field of a first visit that stores a value.
    package func firstCookie(isSecure: Bool = true, fields: HTTPFields = [:]) async throws -> String {
        let response = try await self.visit(self.browser(), isSecure: isSecure, fields: fields) { $0[.views] = 1 }
        return response[.setCookie] ?? ""
    }
}

extension SessionClient {
    /// The client of most requests.
    package static let test = SessionClient(address: "192.0.2.1", userAgent: "TestBrowser/1.0")
}
