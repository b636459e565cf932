//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import InMemoryLogging
import Logging
@testable import Sessions
import SessionsTesting

/// Servers with the same keys, each with an engine of its own, and a store for their revocations.
struct SealedSite: Sendable {
    let clock: ManualClock
    let store: FaultySessionStore
    let subjects: FaultySubjectStore
    let keyring: SecretKeyring
    let engines: [SessionEngine]
    let logs = InMemoryLogHandler()
    let origin = "https://example.com"

    init(
        servers: Int = 1,
        revocation: (@Sendable (FaultySubjectStore) -> SessionRevocation)? = nil,
        maximumCookies: Int = 2,
        keyring: SecretKeyring? = nil,
        clock: ManualClock = ManualClock(),
        configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws {
        self.clock = clock
        let store = FaultySubjectStore(MemorySessionStore())
        self.store = store.faults
        self.subjects = store
        let keyring = keyring ?? SecretKeyring.ephemeral()
        self.keyring = keyring
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        configure(&configuration)
        self.engines = try (0..<servers).map { _ in
            try SessionEngine(
                .sealed(
                    with: keyring,
                    revocation: revocation?(store) ?? .inMemoryUntilRestart,
                    maximumCookies: maximumCookies
                ),
                configuration: configuration
            )
        }
    }

    var engine: SessionEngine { self.engines[0] }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in self.logs }
        logger.logLevel = .trace
        return logger
    }

    func browser() -> TestBrowser { TestBrowser(clock: self.clock.sessionClock) }

    func open(_ browser: TestBrowser, at server: Int = 0, isPassive: Bool = false) async throws -> Session {
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: self.origin)
        return try await self.open(fields, at: server, isPassive: isPassive)
    }

    func open(_ fields: HTTPFields, at server: Int = 0, isPassive: Bool = false) async throws -> Session {
        try await self.engines[server].open(
            SessionRequest(headerFields: fields, isSecure: true, clientAddress: "192.0.2.1", isPassive: isPassive),
            logger: self.logger
        )
    }

    @discardableResult
    func close(_ session: Session, _ browser: TestBrowser, at server: Int = 0) async throws -> HTTPFields {
        var response = HTTPFields()
        defer { browser.receive(response, from: self.origin) }
        try await self.engines[server].close(session, response: &response)
        return response
    }

    @discardableResult
    func visit(
        _ browser: TestBrowser,
        at server: Int = 0,
        isPassive: Bool = false,
        _ handler: (Session) async throws -> Void = { _ in }
    ) async throws -> HTTPFields {
        let session = try await self.open(browser, at: server, isPassive: isPassive)
        try await handler(session)
        return try await self.close(session, browser, at: server)
    }
}
