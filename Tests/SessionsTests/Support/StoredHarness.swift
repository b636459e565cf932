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

/// A harness with stored sessions, whose store can fail.
struct StoredHarness: LogRecordingHarness {
    let clock: ManualClock
    let memory: MemorySessionStore
    let store: FaultySessionStore
    let engine: SessionEngine
    let logs = InMemoryLogHandler()

    /// - Parameters:
    ///   - other: A harness to share the clock and the memory with, as another server would.
    ///   - needsDeadline: The value of the store's property of the same name.
    ///   - encryptedAtRest: Whether values are encrypted in the store.
    ///   - configure: Changes the default configuration.
    init(
        sharing other: StoredHarness? = nil,
        needsDeadline: Bool = false,
        encryptedAtRest: Bool = false,
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws {
        self.clock = other?.clock ?? ManualClock()
        self.memory = other?.memory ?? MemorySessionStore(maximumCount: 10_000)
        let store = FaultySubjectStore(self.memory, needsDeadline: needsDeadline)
        self.store = store.faults
        var configuration = SessionConfiguration.forTests()
        configuration.clock = self.clock.sessionClock
        configure(&configuration)
        // The random source is the system's. A seeded one would repeat the secrets of one harness in the ids of
        // another, and logs may show ids.
        self.engine = try SessionEngine(
            .stored(in: store, encryptedAtRest: encryptedAtRest),
            configuration: configuration,
            transports: [AuditedTransport(CookieTransport(configuration))]
        )
    }

    /// How many sessions are stored.
    var count: Int {
        get async throws { try await self.memory.count(now: self.clock.now) }
    }
}
