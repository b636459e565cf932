//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import Logging

/// Sessions in a store: the client has only a token.
struct StoredSessions: BackendDriver {
    let store: ResilientStore
    let environment: EngineEnvironment
    let isEncryptedAtRest: Bool
    let signer: TokenSigner?
    let tags: WriteTagGenerator
    /// Whether the asynchronous lookup may accept what the synchronous one refuses.
    let rechecksRefusals: Bool

    init(store: any SessionStore, isEncryptedAtRest: Bool, signer: TokenSigner?, _ environment: EngineEnvironment) {
        self.store = ResilientStore(store: store, environment)
        self.environment = environment
        self.isEncryptedAtRest = isEncryptedAtRest
        self.signer = signer
        self.tags = WriteTagGenerator(random: environment.configuration.random)
        self.rechecksRefusals = self.store.loadsMayLag || environment.bindsDevices
    }

    var isSelfContained: Bool { false }
    var isSealed: Bool { false }
    var issuesTokens: Bool { true }
    var hasExternalValues: Bool { false }

    func credentialFormat(for request: SessionRequest) -> CredentialFormat {
        guard let signer = self.signer else { return .bare }
        return .signed(signer, name: self.environment.configuration.cookieName(for: request))
    }

    func credential(of live: SessionState.LoadedSession, for request: SessionRequest) throws -> String? {
        let now = self.environment.configuration.clock.now
        guard let token = live.record.newestToken(for: live.token, now: now) else { return nil }
        // Without a proof, no one gets the newer secret of a bound session for a former one.
        if self.environment.bindsDevices, live.record.isDeviceBound, !token.matches(live.token) { return nil }
        return try self.signer?.sign(token, for: self.environment.configuration.cookieName(for: request)) ?? token.text
    }

    /// The session's own keys. They change with its secret, and those of the secret before a timed renewal stay valid.
    func csrfKeys(of record: SessionRecord) throws -> PreparedKeys<SymmetricKey>.DerivedKeys {
        var hashes = [record.secretHash] + (record.previousSecret.map { [$0.hash] } ?? [])
        // The secret of a bound session is renewed more often than a form is sent.
        if self.environment.bindsDevices, let key = record.deviceBinding?.challengeKey,
            let stable = SecretHash(bytes: key)
        {
            hashes.insert(stable, at: 0)
        }
        return .init(newest: hashes[0].csrfKey, all: hashes.map(\.csrfKey))
    }

    func revocationEpochs(of subject: String) async throws -> RevocationEpochs { RevocationEpochs() }
}
