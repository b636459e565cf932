//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import ServiceLifecycle

/// One-time work that runs beside the services that it needs. A signal stops it.
final class OneTimeWork: Service {
    private let work: @Sendable () async throws -> Void

    /// Creates a service.
    ///
    /// - Parameter work: The work. A graceful shutdown cancels its task.
    init(_ work: @escaping @Sendable () async throws -> Void) {
        self.work = work
    }

    /// Does the work once.
    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.work() }
        } catch is CancellationError {
            return
        }
    }
}
#endif
