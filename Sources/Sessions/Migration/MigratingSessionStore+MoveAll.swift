//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension MigratingSessionStore where Old: EnumerableSessionStore {
    /// Moves all sessions that the old store has, page by page, while servers use them: what nobody asks for would stay
    /// there until it expires.
    ///
    /// It can be stopped at any time, by its task's cancellation or by the end of the process, and begun again, from
    /// the beginning or from ``MigrationProgress/cursor``; nothing is lost, and what has moved is not met again.
    /// Several may run at once. Every server must be ``MigrationPhase/dualRead`` at the least.
    ///
    /// What a store cannot do for a moment, because a connection was lost, for example, is tried again after a pause
    /// that doubles, from a tenth of a second to five seconds: for about half a minute in all.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin: the cursor of the progress of an earlier call. The default is at the first session.
    ///   - pageSize: How many sessions are read at once. The default is 1,000.
    ///   - concurrency: How many sessions move at the same time. The default is 16.
    ///   - clock: The clock. The default is the system's.
    ///   - progress: Told after each page how far it is. What it throws ends the moving.
    /// - Returns: How far it came, which is to the end.
    /// - Throws: ``SessionStoreError`` with the code `unusable` when this store's phase is not
    ///   ``MigrationPhase/migrating``; whatever a store throws that no longer passes by itself.
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
    /// How often something is tried again.
    private static var retryLimit: Int { 12 }

    /// Tries again what a store could not do for a moment. A step of a move may be taken any number of times.
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
        A store in the phase "preparing" moves no sessions, because servers that know only the old store may be running: \
        give phase: .migrating once none of them is.
        """
    )
}
