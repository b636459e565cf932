//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension MigratingSessionStore where Old: EnumerableSessionStore {
    /// Moves all sessions of the old store, page by page, while servers use them: unused sessions would otherwise stay
    /// there until they expire.
    ///
    /// It can be stopped at any time, by canceling its task or by the end of the process. It can be started again,
    /// from the beginning or from ``MigrationProgress/cursor``. Nothing is lost, and moved sessions are not visited
    /// again. Several may run in parallel. Every server must be at least in ``MigrationPhase/dualRead``.
    ///
    /// Transient store failures, such as a lost connection, are retried with a backoff that doubles from a tenth of a
    /// second to five seconds, for about half a minute in all.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin: the cursor of an earlier call's progress. The default is the first session.
    ///   - pageSize: How many sessions are read at once. The default is 1,000.
    ///   - concurrency: How many sessions move at the same time. The default is 16.
    ///   - clock: The clock. The default is the system's.
    ///   - progress: Called after each page with the progress. An error that it throws ends the migration.
    /// - Returns: The progress at the end.
    /// - Throws: ``SessionStoreError`` with the code `unusable` when this store's phase is not
    ///   ``MigrationPhase/migrating``; any store error that is not transient.
    @discardableResult
    public func migrateAll(
        from cursor: SessionCursor? = nil,
        pageSize: Int = 1_000,
        concurrency: Int = 16,
        clock: SessionClock = .system,
        progress: (MigrationProgress) async throws -> Void = { _ in }
    ) async throws -> MigrationProgress {
        guard self.phase == .migrating else { throw SessionStoreError.notMoving }
        let total = try await clock.retrying { try await self.old.count(now: clock.now) }
        var report = MigrationProgress(total: total, cursor: cursor)
        try await progress(report)
        repeat {
            try Task.checkCancellation()
            let now = clock.now
            let from = report.cursor
            let page = try await clock.retrying {
                try await self.old.page(from: from, limit: max(1, pageSize), now: now)
            }
            let moved = try await page.records.concurrentMap(atMost: concurrency) { record in
                try await clock.retrying { try await self.move(record.id, now: now) }
            }
            report.moved += moved.count
            report.cursor = page.next
            try await progress(report)
        } while report.cursor != nil
        return report
    }
}

extension SessionClock {
    /// The maximum number of retries.
    private static var retryLimit: Int { 12 }

    /// Retries after transient store failures. Every step of a migration is idempotent.
    fileprivate func retrying<Result>(_ body: () async throws -> Result) async throws -> Result {
        var pause = Duration.milliseconds(100)
        for _ in 0..<Self.retryLimit {
            do {
                return try await body()
            } catch let error as SessionStoreError where error.isPassing {
                try await self.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
        return try await body()
    }
}

extension SessionStoreError {
    /// Whether the same call may succeed a moment later.
    fileprivate var isPassing: Bool {
        [.unavailable, .deadlineExceeded, .circuitOpen, .recordBusy].contains(self.code)
    }

    static let notMoving = SessionStoreError(
        .unusable,
        """
        A store in the phase "dualRead" moves no sessions, because servers that know only the old store may be running: \
        give phase: .migrating once none of them is.
        """
    )
}
