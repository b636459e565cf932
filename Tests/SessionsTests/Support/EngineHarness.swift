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

/// A site of any backend, and whatever transports.
struct EngineHarness: TestHarness {
    let clock: ManualClock
    let engine: SessionEngine
    let logs: InMemoryLogHandler

    /// - Parameters:
    ///   - backend: Where its sessions are.
    ///   - clock: Its clock, which others may share.
    ///   - logs: Where it logs to, which others may share.
    ///   - transports: How its sessions travel.
    ///   - configure: What is not as the defaults are.
    init(
        _ backend: SessionBackend,
        clock: ManualClock = ManualClock(),
        logs: InMemoryLogHandler = InMemoryLogHandler(),
        transports: (SessionConfiguration) -> [any SessionTransport] = { [CookieTransport($0)] },
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws {
        self.clock = clock
        self.logs = logs
        var configuration = SessionConfiguration.forTests()
        configuration.clock = clock.sessionClock
        configure(&configuration)
        self.engine = try SessionEngine(
            backend,
            configuration: configuration,
            transports: transports(configuration).map { AuditedTransport($0) }
        )
    }
}
