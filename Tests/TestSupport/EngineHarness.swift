//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import InMemoryLogging
package import Sessions
package import SessionsTesting

/// A harness with any backend and any transports.
package struct EngineHarness: LogRecordingHarness {
    package let clock: ManualClock
    package let engine: SessionEngine
    package let logs: InMemoryLogHandler
    /// The store of a harness that is created without a backend.
    package let store = MemorySessionStore()

    /// - Parameters:
    ///   - backend: The backend. The default keeps sessions in ``store``.
    ///   - clock: The clock, which harnesses can share.
    ///   - logs: The log handler, which harnesses can share.
    ///   - transports: The transports. The default is the cookie of the configuration.
    ///   - configure: Changes the default configuration.
    package init(
        _ backend: SessionBackend? = nil,
        clock: ManualClock = ManualClock(),
        logs: InMemoryLogHandler = InMemoryLogHandler(),
        transports: [any SessionTransport] = [CookieTransport()],
        _ configure: (inout SessionConfiguration) throws -> Void = { _ in }
    ) throws {
        self.clock = clock
        self.logs = logs
        var configuration = SessionConfiguration.forTests()
        configuration.clock = clock.sessionClock
        try configure(&configuration)
        self.engine = try SessionEngine(
            backend ?? .stored(in: self.store),
            configuration: configuration,
            transports: transports.map { AuditedTransport($0) }
        )
    }

    /// How many sessions ``store`` has.
    package var count: Int {
        get async throws { try await self.store.count(now: self.now) }
    }
}
