//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions
import Synchronization

extension DefectiveStore: SubjectSessionStore {
    private func records(of subject: String, _ now: SessionInstant, in state: State) -> [SessionRecord] {
        state.entries.values.compactMap { entry in
            guard case .record(let record) = entry, self.isLive(record, now) || self.has(.theExpiredAreListed) else {
                return nil
            }
            if self.has(.subjectsAreFolded) {
                return record.subject?.lowercased() == subject.lowercased() ? record : nil
            }
            if self.has(.clearedSubjectsAreKept) || self.has(.indexIsLeftBehind) {
                return state.index[record.id].map { Array($0.utf8) == Array(subject.utf8) } ?? false ? record : nil
            }
            // Only those that never had a subject.
            if self.has(.theAnonymousAreListed), record.subject == nil, record.version.counter == 1 { return record }
            return record.belongs(to: subject) ? record : nil
        }
    }

    func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: SessionInstant
    ) async throws -> SessionPage {
        let last = try self.lastID(of: cursor)
        return self.state.withLock { state in
            let records = self.records(of: subject, now, in: state).sorted { $0.id < $1.id }
            let limit = self.has(.subjectPagesAreUnbounded) ? .max : limit
            if self.has(.subjectPagesCountFromTheFront) {
                let offset = Int(clamping: last?.low ?? 0)
                let page = Array(records.dropFirst(offset).prefix(limit))
                let next = SessionID(high: 0, low: UInt64(offset + page.count))
                return SessionPage(page, next: page.count < limit ? nil : SessionCursor(after: next))
            }
            let ended = self.has(.listsKeepTheEnded) ? state.ended : []
            let ids = (records.map(\.id) + ended).sorted().filter { id in
                last.map { self.has(.subjectPagesOverlap) ? id >= $0 : id > $0 } ?? true
            }
            let page = ids.prefix(limit)
            return SessionPage(
                records.filter { page.contains($0.id) },
                next: page.count < ids.count ? page.last.map { SessionCursor(after: $0) } : nil
            )
        }
    }

    func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        let kept = self.has(.keptSessionsAreEnded) ? [] : kept
        let last = try self.lastID(of: cursor)
        let before = self.state.withLock { self.records(of: subject, now, in: $0) }
        if self.has(.endAllSkipsTheBusy) { await self.pause() }
        return self.state.withLock { state in
            let rest = self.records(of: subject, now, in: state).sorted { $0.id < $1.id }
                .filter { record in last.map { record.id > $0 } ?? true }
            let step = rest.prefix(limit)
            let records = step.filter { record in
                let isUnchanged = before.contains { $0.id == record.id && $0.version == record.version }
                return !kept.contains(record.id) && (isUnchanged || !self.has(.endAllSkipsTheBusy))
            }
            let endedCount = records.count { self.end($0.id, tombstoneUntil, now, in: &state) }
            let isOver = step.count == rest.count || (self.has(.endingStopsAtTheKept) && endedCount == 0)
            return SessionEndingPage(
                endedCount: endedCount,
                next: isOver ? nil : step.last.map { SessionCursor(after: $0.id) }
            )
        }
    }

    private func lastID(of cursor: SessionCursor?) throws -> SessionID? {
        if self.has(.foreignCursorsAreTheBeginning) { return try? cursor?.lastID }
        return try cursor?.lastID
    }
}

extension DefectiveStore: EnumerableSessionStore, SweepableSessionStore {
    private var records: [SessionRecord] {
        self.state.withLock { state in
            state.entries.values.compactMap { if case .record(let record) = $0 { record } else { nil } }
        }
    }

    func count(now: SessionInstant) async throws -> Int {
        self.records.count { self.isLive($0, now) || self.has(.theExpiredAreCounted) }
    }

    func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage {
        let last = try cursor?.lastID
        let live = self.records.filter { self.isLive($0, now) }
        let rest = live.sorted { $0.id < $1.id }.filter { record in
            last.map { self.has(.pagesOverlap) ? record.id >= $0 : record.id > $0 } ?? true
        }
        let page = Array(rest.prefix(limit))
        return SessionPage(page, next: page.count < rest.count ? page.last.map { SessionCursor(after: $0.id) } : nil)
    }

    func end(_ ids: [SessionID], tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Int {
        self.state.withLock { state in
            ids.count { self.end($0, tombstoneUntil, now, in: &state) || self.has(.endOfManyCountsTheMissing) }
        }
    }

    func clear() async throws {
        self.state.withLock { state in
            state.entries = state.entries.filter { entry in
                if case .tombstone = entry.value { self.has(.clearKeepsTombstones) } else { false }
            }
        }
    }

    func sweep(limit: Int, now: SessionInstant) async throws -> Int {
        self.state.withLock { state in
            let over = state.entries.filter { entry in
                switch entry.value {
                case .record(let record): !self.isLive(record, now)
                case .tombstone(let end): now >= end
                }
            }
            let swept = over.keys.prefix(self.has(.sweepIsUnbounded) ? .max : limit)
            for id in swept { state.entries[id] = nil }
            return swept.count
        }
    }
}
#endif
