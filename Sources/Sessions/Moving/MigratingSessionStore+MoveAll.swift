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
    /// It can be stopped at any time, by its task's cancellation or by the end of the process, and begun again, from the
    /// beginning or after ``SessionMoveProgress/lastID``; nothing is lost, and what has moved is not met again. Several may
    /// run at once. Every server must be ``SessionMovePhase/preparing`` at the least.
    ///
    /// - Parameters:
    ///   - id: The session after which to begin. The default is at the first.
    ///   - pageSize: How many sessions are read at once. The default is 1,000. A store that walks through all of its keys
    ///     for each page, as Redis does, is better read in fewer and larger ones.
    ///   - concurrency: How many sessions move at the same time. The default is 16.
    ///   - clock: The clock. The default is the system's.
    ///   - progress: Told after each page how far it is. What it throws ends the moving.
    /// - Returns: How far it came, which is to the end.
    /// - Throws: ``SessionStoreError`` with the code `unusable` when this store's phase is not ``SessionMovePhase/moving``;
    ///   whatever a store throws.
    @discardableResult
    public func moveAll(
        after id: SessionID? = nil,
        pageSize: Int = 1_000,
        concurrency: Int = 16,
        clock: SessionClock = .system,
        progress: (SessionMoveProgress) async throws -> Void = { _ in }
    ) async throws -> SessionMoveProgress {
        guard self.phase == .moving else { throw SessionStoreError.notMoving }
        var report = SessionMoveProgress(total: try await self.old.count(now: clock.now), lastID: id)
        try await progress(report)
        while true {
            try Task.checkCancellation()
            let now = clock.now
            let page = try await self.old.page(after: report.lastID, limit: max(1, pageSize), now: now)
            guard let last = page.last else { return report }
            let moved = try await page.concurrentMap(atMost: concurrency) { record in
                try await self.move(record.id, now: now)
            }
            report.moved += moved.count
            report.lastID = last.id
            try await progress(report)
        }
    }
}

extension SessionStoreError {
    static let notMoving = SessionStoreError(
        .unusable,
        """
        A store in the phase "preparing" moves no sessions, because servers that know only the old store may be running: \
        give phase: .moving once none of them is.
        """
    )
}
