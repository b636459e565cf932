//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
import InMemoryLogging
import Sessions
import SessionsTesting
import TestSupport

/// Servers with the same keys, each with an engine of its own, and a store for their revocations.
struct SealedHarness: LogRecordingHarness {
    let clock: ManualClock
    let store: FaultySessionStore
    let subjects: FaultySubjectStore
    let keyring: SecretKeyring
    let servers: [EngineHarness]
    let logs = InMemoryLogHandler()

    init(
        servers: Int = 1,
        revocation: (@Sendable (FaultySubjectStore) -> SessionRevocation)? = nil,
        maximumCookies: Int? = 2,
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
        let logs = self.logs
        self.servers = try (0..<servers).map { _ in
            try EngineHarness(
                .sealed(
                    with: keyring,
                    revocation: revocation?(store) ?? .inMemoryUntilRestart,
                    maximumCookies: maximumCookies
                ),
                clock: clock,
                logs: logs,
                configure
            )
        }
    }

    /// The first server's.
    var engine: SessionEngine { self.servers[0].engine }
}
