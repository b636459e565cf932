//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging
import SessionsTesting

@testable import Sessions

/// A browser before one engine.
struct CSRFVisits {
    /// Every backend, each as a site of its own.
    enum Backend: CaseIterable {
        case stored, signed, atRest, sealed, tokenOnly

        func engine(
            _ clock: ManualClock,
            _ keyring: SecretKeyring,
            _ configure: (inout SessionConfiguration) -> Void
        ) throws -> SessionEngine {
            var configuration = SessionConfiguration()
            configuration.clock = clock.sessionClock
            configure(&configuration)
            let store = MemorySessionStore()
            let backend: SessionBackend =
                switch self {
                case .stored: .stored(in: store)
                case .signed: .stored(in: store, signedWith: keyring)
                case .atRest: .stored(in: store, encryptedAtRest: true)
                case .sealed: .sealed(with: keyring, revocation: .inMemoryUntilRestart)
                case .tokenOnly: .tokenOnly(with: keyring)
                }
            return try SessionEngine(backend, configuration: configuration)
        }
    }

    let clock = ManualClock()
    let keyring = SecretKeyring.ephemeral()
    let engine: SessionEngine
    let browser: TestBrowser

    init(_ backend: Backend, _ configure: (inout SessionConfiguration) -> Void = { _ in }) throws {
        self.engine = try backend.engine(self.clock, self.keyring, configure)
        self.browser = TestBrowser(clock: self.clock.sessionClock)
    }

    @discardableResult
    func visit<Result>(
        _ browser: TestBrowser? = nil,
        _ handler: (Session) async throws -> Result
    ) async throws -> Result {
        let browser = browser ?? self.browser
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: "https://example.com")
        let request = SessionRequest(headerFields: fields, isSecure: true)
        let session = try await self.engine.open(
            request, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let result = try await handler(session)
        var response = HTTPFields()
        try await self.engine.close(session, response: &response)
        browser.receive(response, from: "https://example.com")
        return result
    }

    func token() async throws -> String { try await self.visit { try await $0.ensureCSRFToken() } }

    func accepts(_ token: String, _ browser: TestBrowser? = nil) async throws -> Bool {
        try await self.visit(browser) { try $0.acceptsCSRFToken(Array(token.utf8)) }
    }
}
