//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import TestSupport

@testable import Sessions

/// A harness of one backend, and a browser.
struct CSRFVisits {
    /// The backends, each with its own store.
    enum Backend: CaseIterable {
        case stored, signed, atRest, sealed, tokenOnly

        func make(_ keyring: SecretKeyring) -> SessionBackend {
            let store = MemorySessionStore()
            return switch self {
            case .stored: .stored(in: store)
            case .signed: .stored(in: store, signedWith: keyring)
            case .atRest: .stored(in: store, encryptedAtRest: true)
            case .sealed: .sealed(with: keyring, revocation: .inMemoryUntilRestart)
            case .tokenOnly: .tokenOnly(with: keyring)
            }
        }
    }

    let keyring = SecretKeyring.ephemeral()
    let harness: EngineHarness
    let browser: TestBrowser

    init(_ backend: Backend, _ configure: (inout SessionConfiguration) -> Void = { _ in }) throws {
        self.harness = try EngineHarness(backend.make(self.keyring), configure)
        self.browser = self.harness.browser()
    }

    var clock: ManualClock { self.harness.clock }

    @discardableResult
    func visit<Result>(
        _ browser: TestBrowser? = nil,
        _ handler: (Session) async throws -> Result
    ) async throws -> Result {
        let browser = browser ?? self.browser
        let session = try await self.harness.open(browser)
        let result = try await handler(session)
        try await self.harness.close(session, browser)
        return result
    }

    func token() async throws -> String { try await self.visit { try await $0.ensureCSRFToken() } }

    func accepts(_ token: String, _ browser: TestBrowser? = nil) async throws -> Bool {
        try await self.visit(browser) { try $0.acceptsCSRFToken(Array(token.utf8)) }
    }
}
