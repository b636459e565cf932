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

/// A site for tests: an engine with a clock that stands still, and a store that can be broken.
struct Harness: TestHarness {
    let clock: ManualClock
    let memory: MemorySessionStore
    let store: FaultySessionStore
    let engine: SessionEngine
    let logs = InMemoryLogHandler()

    /// - Parameters:
    ///   - other: A site that has the same clock and the same memory, as another server would.
    ///   - needsDeadline: What the store says of itself.
    ///   - encryptedAtRest: Whether values are sealed in the store.
    ///   - configure: What is not as the defaults are.
    init(
        sharing other: Harness? = nil,
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
        // Chance is the system's: were it the same for every site, one's secret would stand in another's ids, which
        // logs may show.
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

extension SessionKey<Int> {
    static var views: Self { .counter("views") }
}

extension SessionKey<String?> {
    static var theme: Self { .init("theme") }
}

extension SessionKey<[String]> {
    static var cart: Self { .init("cart", default: []) }
}
