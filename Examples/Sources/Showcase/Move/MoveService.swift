//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ServiceLifecycle
import Synchronization

/// One-time work that runs beside the services that it needs. A signal stops it.
final class MoveService: Service {
    private let work: @Sendable () async throws -> Void
    private let stopped = Atomic(false)

    init(_ work: @escaping @Sendable () async throws -> Void) {
        self.work = work
    }

    /// Whether it was stopped before it was done.
    var wasStopped: Bool { self.stopped.load(ordering: .relaxed) }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.work() }
        } catch is CancellationError {
            self.stopped.store(true, ordering: .relaxed)
        }
    }
}
