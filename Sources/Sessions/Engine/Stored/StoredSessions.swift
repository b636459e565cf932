//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import Logging

/// Sessions in a store: the visitor has a token, and nothing else.
struct StoredSessions: SessionKeeper {
    let store: GuardedStore
    let isEncryptedAtRest: Bool
    let signer: TokenSigner?
    let rewriting: RewriteLoop
    let tags: VersionTags

    init(store: GuardedStore, isEncryptedAtRest: Bool, signer: TokenSigner?) {
        self.store = store
        self.isEncryptedAtRest = isEncryptedAtRest
        self.signer = signer
        self.rewriting = RewriteLoop(store.configuration)
        self.tags = VersionTags(random: store.configuration.random)
    }

    var configuration: SessionConfiguration { self.store.configuration }
    var isInText: Bool { false }
    var isSealed: Bool { false }
    var hasTokens: Bool { true }
    var sharesValues: Bool { false }

    func reading(for request: SessionRequest) -> SessionTokenReading {
        guard let signer = self.signer else { return SessionTokenReading() }
        return SessionTokenReading(signer, for: self.configuration.cookie(for: request).name)
    }

    func text(of live: SessionState.LiveSession, for request: SessionRequest) throws -> String? {
        let now = self.configuration.clock.now
        guard let token = live.record.newestToken(for: live.token, now: now) else { return nil }
        return try self.signer?.sign(token, for: self.configuration.cookie(for: request).name) ?? token.text
    }

    /// The session's own: they change with its secret, and those of the secret before a renewal by time stay good.
    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.Ring {
        let hashes = [record.secretHash] + (record.previousSecret.map { [$0.hash] } ?? [])
        return .init(newest: record.secretHash.csrfKey, all: hashes.map(\.csrfKey))
    }

    func loginMarks(of subject: String) async throws -> LoginMarks { LoginMarks() }
}
