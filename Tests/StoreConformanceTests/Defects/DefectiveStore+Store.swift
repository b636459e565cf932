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

extension DefectiveStore: SessionStore {
    func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        let result = self.state.withLock { self.find(id, now, in: &$0) }
        guard self.has(.cacheIsFilledLate), case .found(let record) = result else { return result }
        let cached = self.state.withLock { $0.cache.removeValue(forKey: id) }
        if var cached {
            // Times are not cached.
            (cached.lastAccessedAt, cached.expiresAt) = (record.lastAccessedAt, record.expiresAt)
            cached.absoluteExpiresAt = record.absoluteExpiresAt
            return .found(cached)
        }
        await self.pause()
        self.state.withLock { $0.cache[id] = record }
        return result
    }

    func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets? {
        self.state.withLock { self.tombstoneEnd(id, now, in: $0) == nil ? nil : $0.secrets[id] }
    }

    private func find(_ id: SessionID, _ now: SessionInstant, in state: inout State) -> SessionLoadResult {
        state.loaded.insert(id)
        if self.has(.coldStoreSaysEnded), !state.hasWritten { return .ended }
        if self.has(.zeroIsNoID), id == SessionID(high: 0, low: 0) { return .missing }
        if let record = self.live(id, now, in: state) { return .found(record) }
        if self.tombstoneEnd(id, now, in: state) != nil { return .ended }
        if case .record(let expired) = state.entries[id] {
            if self.has(.idleLimitIsLate), now == expired.expiresAt, now < expired.absoluteExpiresAt {
                return .found(expired)
            }
            if self.has(.expiryIsAnEnding), now > expired.expiresAt + .days(1) {
                state.entries[id] = .tombstone(now + .minutes(1))
            }
        }
        return .missing
    }

    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        if self.has(.cancelledCreateLeavesAShell), Task.isCancelled {
            var shell = record
            shell.values = SessionValues()
            try self.state.withLock { try self.add(shell, now, in: &$0) }
            throw CancellationError()
        }
        let isEmpty = self.state.withLock { $0.entries.isEmpty }
        if self.has(.firstCreateIsNotAtomic), isEmpty {
            await self.pause()
            self.state.withLock { self.put(record, in: &$0) }
            return
        }
        try self.state.withLock { try self.add(record, now, in: &$0) }
    }

    private func add(_ record: SessionRecord, _ now: SessionInstant, in state: inout State) throws {
        state.hasWritten = true
        guard self.isFree(record, now, in: state) else { throw SessionStoreError.duplicate(record.id) }
        if self.has(.createForgetsTheEmpty), record.values.isEmpty { return }
        self.put(record, in: &state)
        self.move(record, in: &state)
    }

    private func isFree(_ record: SessionRecord, _ now: SessionInstant, in state: State) -> Bool {
        if let live = self.live(record.id, now, in: state) {
            return self.has(.createUpsertsOtherValues) && live.values != record.values
        }
        if let end = self.tombstoneEnd(record.id, now, in: state) {
            return self.has(.createTakesMarkedIDs) && now + .seconds(1) >= end
        }
        if self.has(.expiredIDsAreTaken), case .record = state.entries[record.id] { return false }
        return true
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        self.state.withLock { state in
            state.hasWritten = true
            state.cache[record.id] = nil
        }
        let seen = self.state.withLock { self.live(record.id, now, in: $0) }
        if self.has(.movingSubjectsIsNotAtomic), let seen, seen.subject != record.subject, seen.version == version {
            await self.pause()
            self.state.withLock { self.put(record, in: &$0) }
            return .replaced
        }
        if self.has(.cancelledReplaceLeavesAMixture), Task.isCancelled, let seen, seen.version == version {
            var mixture = record
            mixture.values = seen.values
            self.state.withLock { self.put(mixture, in: &$0) }
            throw CancellationError()
        }
        let result = self.state.withLock { self.exchange(record, version, now, in: &$0) }
        if result == .replaced, !self.has(.indexIsLeftBehind) {
            self.state.withLock { self.move(record, in: &$0) }
        } else if result == .replaced, seen?.subject != record.subject {
            await self.pause()
            self.state.withLock { state in
                let isUnchanged = self.live(record.id, now, in: state)?.version == record.version
                if isUnchanged { self.move(record, in: &state) }
            }
        }
        return result
    }

    private func exchange(
        _ record: SessionRecord, _ version: SessionVersion, _ now: SessionInstant, in state: inout State
    )
        -> SessionReplaceResult
    {
        var present = self.live(record.id, now, in: state)
        if present == nil, self.has(.replaceRevivesTheExpired) { present = self.justExpired(record.id, now, in: state) }
        guard let present else {
            let isUnread = self.tombstoneEnd(record.id, now, in: state) != nil && !state.loaded.contains(record.id)
            let creates = self.has(.replaceCreates) && state.entries[record.id] == nil
            guard creates || self.has(.replaceRevivesTheEnded) && isUnread else { return .missing }
            self.put(record, in: &state)
            return .replaced
        }
        guard self.isSame(present.version, version) else {
            return self.conflict(record, with: present, in: state)
        }
        if self.has(.touchMakesAConflict), state.touched.remove(record.id) != nil { return .conflict(present) }
        var next = record
        if self.has(.replaceNeverExtends) { next.expiresAt = min(present.expiresAt, next.expiresAt) }
        if self.has(.replaceSkipsTheUnchanged) {
            next.version = present.version
            if next == present { return .replaced }
            next.version = record.version
        }
        self.put(next, in: &state)
        return .replaced
    }

    private func conflict(_ record: SessionRecord, with present: SessionRecord, in state: State)
        -> SessionReplaceResult
    {
        if present.version == record.version, !self.has(.lostReplyIsAConflict) { return .replaced }
        if self.has(.everyKnownVersionIsReplaced), state.versions.contains(record.version) { return .replaced }
        var present = present
        if self.has(.conflictDropsThePreviousSecret) { present.previousSecret = nil }
        return .conflict(present)
    }

    private func isSame(_ left: SessionVersion, _ right: SessionVersion) -> Bool {
        if self.has(.versionIsItsCounter) { return left.counter == right.counter }
        if self.has(.versionIsItsTag) { return left.tag == right.tag }
        return left == right
    }
}
#endif
