//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Logging
public import ServiceLifecycle

/// Removes expired sessions from a store at intervals, for as long as the application runs.
///
/// ```swift
/// let application = Application(router: router, services: [SessionSweeper(store)])
/// ```
///
/// Correctness does not depend on it: an expired session is rejected whether or not it was swept.
public struct SessionSweeper: Service {
    private let store: any SweepableSessionStore
    private let interval: Duration
    private let batchSize: Int
    private let clock: SessionClock
    private let logger: Logger

    /// Creates a sweeper.
    ///
    /// - Parameters:
    ///   - store: The store to sweep.
    ///   - interval: The time between sweeps. The default is 1 minute.
    ///   - batchSize: The maximum number to remove in one call to the store, so that other calls are not delayed. The
    ///     default is 1,000.
    ///   - clock: The clock. The default is the system's. Give it the clock of the engine's configuration: with the
    ///     system's clock beside a manual one that is behind, everything has expired and is removed.
    ///   - logger: Logs removals at debug level, and failures. The default is a logger with the label `swift-sessions`.
    public init(
        _ store: any SweepableSessionStore,
        every interval: Duration = .seconds(60),
        batchSize: Int = 1_000,
        clock: SessionClock = .system,
        logger: Logger = Logger(label: "swift-sessions")
    ) {
        self.store = store
        self.interval = max(.milliseconds(1), interval)
        self.batchSize = max(1, batchSize)
        self.clock = clock
        self.logger = logger
    }

    /// Sweeps until the application shuts down.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                guard (try? await self.clock.sleep(for: self.interval)) != nil else { return }
                do {
                    let removed = try await self.sweepOnce()
                    self.logger.debug("Expired sessions were removed", metadata: ["session.count": "\(removed)"])
                } catch is CancellationError {
                    return
                } catch {
                    self.logger.error("Expired sessions could not be removed", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Removes everything that is due, in batches.
    ///
    /// - Returns: How many records and tombstones were removed.
    @discardableResult
    public func sweepOnce() async throws -> Int {
        var total = 0
        while true {
            try Task.checkCancellation()
            let removed = try await self.store.sweep(limit: self.batchSize, now: self.clock.now)
            total += removed
            guard removed >= self.batchSize else { return total }
            await Task.yield()
        }
    }
}

extension SessionSweeper: CustomStringConvertible, CustomReflectable {
    /// It has nothing of its store.
    public var description: String { "SessionSweeper" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
