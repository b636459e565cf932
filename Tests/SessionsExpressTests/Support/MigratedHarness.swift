//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import InMemoryLogging
import Sessions
import SessionsTesting
import Testing

/// A site whose sessions are its own, after all of its routes have moved.
struct MigratedHarness: VisitedHarness {
    let clock: ManualClock
    let store = MemorySessionStore()
    let engine: SessionEngine
    let logs = InMemoryLogHandler()

    /// - Parameters:
    ///   - backend: Where its sessions are; by default in its store.
    ///   - clock: Its clock, which others may share.
    ///   - configure: What is not as the defaults are.
    init(
        _ backend: SessionBackend? = nil,
        clock: ManualClock = ManualClock(),
        _ configure: (inout SessionConfiguration) throws -> Void = { _ in }
    ) throws {
        self.clock = clock
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        try configure(&configuration)
        self.engine = try SessionEngine(backend ?? .stored(in: self.store), configuration: configuration)
    }

    /// What a proxy says of a request that came to it over TLS.
    static var forwardedFields: HTTPFields {
        get throws { [try #require(HTTPField.Name("X-Forwarded-Proto")): "https"] }
    }

    /// How many sessions are stored.
    var count: Int {
        get async throws { try await self.store.count(now: self.now) }
    }
}
