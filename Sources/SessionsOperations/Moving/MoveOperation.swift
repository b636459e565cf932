//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
public import Logging
public import ServiceLifecycle
public import Sessions
import Synchronization
import UnixSignals

/// Moves the sessions that no request touches from one store to another, while servers run.
public struct MoveOperation: Sendable {
    private let old: any SubjectSessionStore & EnumerableSessionStore
    private let new: any SubjectSessionStore & EnumerableSessionStore
    private let progressFile: MoveProgressFile?
    private let pageSize: Int
    private let concurrency: Int

    /// Creates an operation.
    ///
    /// - Parameters:
    ///   - old: The store that is left.
    ///   - new: The store that takes over.
    ///   - progressFile: Where it is noted how far this is; it goes on from there. The default is nil: nowhere.
    ///   - pageSize: How many sessions are read at once. The default is 1,000.
    ///   - concurrency: How many sessions move at the same time. The default is 16.
    public init(
        from old: any SubjectSessionStore & EnumerableSessionStore,
        to new: any SubjectSessionStore & EnumerableSessionStore,
        notingProgressIn progressFile: MoveProgressFile? = nil,
        pageSize: Int = 1_000,
        concurrency: Int = 16
    ) {
        self.old = old
        self.new = new
        self.progressFile = progressFile
        self.pageSize = pageSize
        self.concurrency = concurrency
    }

    /// The result of a move.
    public struct Outcome: Sendable, Hashable, Encodable {
        /// How many sessions moved.
        public let moved: Int
        /// How many sessions are left in the old store.
        public let left: Int
    }

    /// Moves all sessions beside the services of the stores, until they have moved or a signal (`SIGINT`, `SIGTERM`)
    /// stops it between two pages.
    ///
    /// - Parameters:
    ///   - services: The services of both stores.
    ///   - logger: The logger of the services.
    ///   - progress: Called after each page with the number of moved sessions and of all.
    /// - Returns: The result; nil if a signal stopped it. What was moved stays moved.
    /// - Throws: ``OperationError``.
    public func run(
        beside services: [any Service],
        logger: Logger,
        progress: @escaping @Sendable (_ moved: Int, _ total: Int) -> Void
    ) async throws -> Outcome? {
        let outcome = Mutex<Outcome?>(nil)
        let work = OneTimeWork {
            let done = try await self.run(progress: progress)
            outcome.withLock { $0 = done }
        }
        // When everything has moved, it ends the other services.
        var configurations = services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        configurations.append(.init(service: work, successTerminationBehavior: .gracefullyShutdownGroup))
        let configuration = ServiceGroupConfiguration(
            services: configurations, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await ServiceGroup(configuration: configuration).run()
        return outcome.withLock { $0 }
    }

    /// Moves all sessions.
    ///
    /// - Parameter progress: Called after each page with the number of moved sessions and of all.
    /// - Throws: ``OperationError``, or `CancellationError` when the task is canceled. What was moved stays moved.
    public func run(progress: (_ moved: Int, _ total: Int) -> Void) async throws -> Outcome {
        try await Self.move(self, from: self.old, to: self.new, progress)
    }

    private static func move(
        _ operation: MoveOperation,
        from old: some SubjectSessionStore & EnumerableSessionStore,
        to new: some SubjectSessionStore & EnumerableSessionStore,
        _ show: (_ moved: Int, _ total: Int) -> Void
    ) async throws -> Outcome {
        let store = MigratingSessionStore(from: old, to: new, phase: .migrating)
        do {
            let done = try await store.migrateAll(
                from: operation.progressFile?.beginning, pageSize: operation.pageSize,
                concurrency: operation.concurrency
            ) { progress in
                try operation.progressFile?.note(progress.cursor)
                show(progress.moved, progress.total)
            }
            let left = try await old.count(now: SessionClock.system.now)
            try operation.progressFile?.remove()
            return Outcome(moved: done.moved, left: left)
        } catch {
            // A store that was stopped may throw an error of its own.
            try Task.checkCancellation()
            throw OperationError(error)
        }
    }
}
#endif
