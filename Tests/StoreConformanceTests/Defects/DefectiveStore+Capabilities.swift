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
    private func records(of subject: String, _ now: Instant, in state: State) -> [SessionRecord] {
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
            return record.belongs(to: subject) ? record : nil
        }
    }

    func sessions(of subject: String, now: Instant) async throws -> [SessionRecord] {
        self.state.withLock { state in
            let records = self.records(of: subject, now, in: state).sorted { $0.id < $1.id }
            return self.has(.subjectsAreUnsorted) ? records.reversed() : records
        }
    }

    func endAll(
        of subject: String,
        except kept: Set<SessionID>,
        markedUntil: Instant,
        now: Instant
    ) async throws -> Int {
        let kept = self.has(.keptSessionsAreEnded) ? [] : kept
        let before = self.state.withLock { self.records(of: subject, now, in: $0) }
        if self.has(.endAllSkipsTheBusy) { await self.pause() }
        return self.state.withLock { state in
            let records = self.records(of: subject, now, in: state).filter { record in
                let isUnchanged = before.contains { $0.id == record.id && $0.version == record.version }
                return !kept.contains(record.id) && (isUnchanged || !self.has(.endAllSkipsTheBusy))
            }
            return records.count { self.end($0.id, markedUntil, now, in: &state) }
        }
    }
}

extension DefectiveStore: EnumerableSessionStore, SweepableSessionStore {
    private var records: [SessionRecord] {
        self.state.withLock { state in
            state.entries.values.compactMap { if case .record(let record) = $0 { record } else { nil } }
        }
    }

    func count(now: Instant) async throws -> Int {
        self.records.count { self.isLive($0, now) || self.has(.theExpiredAreCounted) }
    }

    func page(after id: SessionID?, limit: Int, now: Instant) async throws -> [SessionRecord] {
        let live = self.records.filter { self.isLive($0, now) }
        let rest = live.sorted { $0.id < $1.id }.filter { record in
            id.map { self.has(.pagesOverlap) ? record.id >= $0 : record.id > $0 } ?? true
        }
        return Array(rest.prefix(limit))
    }

    func clear() async throws {
        self.state.withLock { state in
            state.entries = state.entries.filter { entry in
                if case .marker = entry.value { self.has(.clearKeepsMarkers) } else { false }
            }
        }
    }

    func sweep(limit: Int, now: Instant) async throws -> Int {
        self.state.withLock { state in
            let over = state.entries.filter { entry in
                switch entry.value {
                case .record(let record): !self.isLive(record, now)
                case .marker(let end): now >= end
                }
            }
            let swept = over.keys.prefix(self.has(.sweepIsUnbounded) ? .max : limit)
            for id in swept { state.entries[id] = nil }
            return swept.count
        }
    }
}
#endif
