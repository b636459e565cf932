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

/// The simplest store there can be, with one mistake in it, or none.
final class DefectiveStore: Sendable {
    private enum Entry {
        case record(SessionRecord)
        case marker(Instant)
    }

    private let defect: Defect?
    private let entries = Mutex<[SessionID: Entry]>([:])
    /// Endings that were acknowledged and have not happened.
    private let deferred = Mutex<[SessionID: Instant]>([:])

    init(_ defect: Defect?) {
        self.defect = defect
    }

    private func has(_ defect: Defect) -> Bool { self.defect == defect }

    private func key(_ id: SessionID) -> SessionID {
        self.has(.lastBitOfIDsIsIgnored) ? SessionID(high: id.high, low: id.low | 1) : id
    }

    private func isLive(_ record: SessionRecord, _ now: Instant) -> Bool {
        if self.has(.idleLimitIsLate) { return now <= record.expiresAt && now < record.absoluteExpiresAt }
        if self.has(.absoluteLimitIsIgnored) { return now < record.expiresAt }
        if self.has(.earlierClockFindsNothing), now < record.createdAt { return false }
        return !record.isExpired(at: now)
    }

    private func live(_ id: SessionID, _ now: Instant, in entries: [SessionID: Entry]) -> SessionRecord? {
        guard case .record(let record) = entries[self.key(id)], self.isLive(record, now) else { return nil }
        return record
    }

    private func isMarked(_ id: SessionID, _ now: Instant, in entries: [SessionID: Entry]) -> Bool {
        guard case .marker(let end) = entries[self.key(id)] else { return false }
        return now < end
    }

    /// What is kept of a record.
    private func kept(_ record: SessionRecord) -> SessionRecord {
        var record = record
        if self.has(.previousSecretIsLost) { record.previousSecret = nil }
        if self.has(.largeValuesAreCut), record.values.byteCount > 4096 { record.values = SessionValues() }
        if self.has(.countersAreSigned) {
            let counter = min(record.version.counter, UInt64(Int64.max))
            record.version = SessionVersion(counter: counter, tag: record.version.tag)
        }
        if self.has(.farFutureIsCut) {
            let year9999 = Instant(millisecondsSince1970: 253_402_300_799_999)
            record.expiresAt = min(record.expiresAt, year9999)
        }
        return record
    }

    private func isSame(_ left: SessionVersion, _ right: SessionVersion) -> Bool {
        if self.has(.versionIsItsCounter) { return left.counter == right.counter }
        if self.has(.versionIsItsTag) { return left.tag == right.tag }
        return left == right
    }

    /// Lets others in between two steps that belong together.
    private func pause() async {
        for _ in 0..<20 { await Task.yield() }
    }
}

extension DefectiveStore: SessionStore {
    func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        if self.has(.zeroIsNoID), id == SessionID(high: 0, low: 0) { return .missing }
        return self.entries.withLock { entries in
            if let record = self.live(id, now, in: entries) { return .found(record) }
            if self.isMarked(id, now, in: entries) { return .ended }
            return self.has(.unknownIDsAreEnded) && entries[id] == nil ? .ended : .missing
        }
    }

    func create(_ record: SessionRecord, now: Instant) async throws {
        if self.has(.createForgets) { return }
        let isFree = { @Sendable (entries: [SessionID: Entry]) in
            if self.has(.createUpserts), self.live(record.id, now, in: entries) != nil { return true }
            if self.has(.createTakesMarkedIDs), self.isMarked(record.id, now, in: entries) { return true }
            if self.has(.expiredIDsAreTaken), case .record = entries[self.key(record.id)] { return false }
            return self.live(record.id, now, in: entries) == nil && !self.isMarked(record.id, now, in: entries)
        }
        if self.has(.createIsNotAtomic) {
            let wasFree = self.entries.withLock { isFree($0) }
            await self.pause()
            guard wasFree else { throw SessionStoreError.duplicate(record.id) }
            self.entries.withLock { $0[self.key(record.id)] = .record(self.kept(record)) }
            return
        }
        try self.entries.withLock { entries in
            guard isFree(entries) else { throw SessionStoreError.duplicate(record.id) }
            entries[self.key(record.id)] = .record(self.kept(record))
        }
    }

    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) async throws -> SessionReplaceResult {
        let isUnordered = self.has(.replaceIsNotAtomic)
        let seen = isUnordered ? self.entries.withLock { self.live(record.id, now, in: $0) } : nil
        if isUnordered { await self.pause() }
        return self.entries.withLock { entries in
            var present = seen ?? self.live(record.id, now, in: entries)
            if present == nil, case .record(let expired) = entries[record.id], self.has(.replaceRevivesTheExpired) {
                present = expired
            }
            guard let present else {
                let revives =
                    self.has(.replaceCreates) && entries[record.id] == nil
                    || self.has(.replaceRevivesTheEnded) && self.isMarked(record.id, now, in: entries)
                guard revives else { return .missing }
                entries[record.id] = .record(record)
                return .replaced
            }
            guard self.isSame(present.version, version) else {
                if present.version == record.version, !self.has(.lostReplyIsAConflict) { return .replaced }
                return .conflict(self.has(.conflictAnswersWithTheNewRecord) ? record : present)
            }
            var next = self.kept(record)
            if self.has(.replaceKeepsLimits) {
                (next.expiresAt, next.absoluteExpiresAt) = (present.expiresAt, present.absoluteExpiresAt)
            }
            if !self.has(.replaceForgets) { entries[self.key(record.id)] = .record(next) }
            return .replaced
        }
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) async throws -> Bool {
        let isUnordered = self.has(.touchWritesBackWhatItRead)
        let seen = isUnordered ? self.entries.withLock { self.live(id, now, in: $0) } : nil
        if isUnordered { await self.pause() }
        return self.entries.withLock { entries in
            var present = seen ?? self.live(id, now, in: entries)
            if present == nil, case .record(let expired) = entries[id], self.has(.touchRevivesTheExpired) {
                present = expired
            }
            if self.has(.touchRevivesTheEnded), self.isMarked(id, now, in: entries) {
                entries[id] = .marker(touch.expiresAt)
                return true
            }
            guard var record = present else { return self.has(.touchClaimsTheMissing) }
            if self.has(.touchShortens) {
                (record.lastAccessedAt, record.expiresAt) = (touch.lastAccessedAt, touch.expiresAt)
            } else if self.has(.touchPassesTheAbsoluteLimit) {
                record.lastAccessedAt = touch.lastAccessedAt
                record.expiresAt = max(record.expiresAt, touch.expiresAt)
            } else {
                record.apply(touch)
            }
            if self.has(.touchMakesAVersion) {
                record.version = SessionVersion(counter: record.version.counter + 1, tag: record.version.tag)
            }
            entries[self.key(id)] = .record(record)
            return true
        }
    }

    func end(_ id: SessionID, markedUntil: Instant, now: Instant) async throws -> Bool {
        if self.has(.endIsNotAtomic) {
            let wasLive = self.entries.withLock { self.live(id, now, in: $0) != nil }
            await self.pause()
            self.entries.withLock { $0[id] = .marker(markedUntil) }
            return wasLive
        }
        if self.has(.endIsDeferred) {
            // Every other ending is put off until the next one.
            let isPutOff = self.deferred.withLock { deferred in
                defer { deferred = deferred.isEmpty ? [id: markedUntil] : [:] }
                return deferred.isEmpty
            }
            if isPutOff { return true }
        }
        return self.entries.withLock { entries in self.end(id, markedUntil, now, in: &entries) }
    }

    private func end(_ id: SessionID, _ markedUntil: Instant, _ now: Instant, in entries: inout [SessionID: Entry])
        -> Bool
    {
        if case .marker(let end) = entries[self.key(id)], now < end {
            entries[self.key(id)] = .marker(self.has(.endShortensMarkers) ? markedUntil : max(end, markedUntil))
            return false
        }
        guard let record = self.live(id, now, in: entries) else {
            if self.has(.endMarksTheMissing), entries[id] == nil { entries[id] = .marker(markedUntil) }
            if self.has(.endClaimsTheExpired), case .record = entries[id] { return true }
            return false
        }
        entries[self.key(id)] = self.has(.endKeepsNoMarker) ? nil : .marker(markedUntil)
        if self.has(.endTakesTheSubject), let subject = record.subject {
            for (other, entry) in entries {
                if case .record(let record) = entry, record.belongs(to: subject) {
                    entries[other] = .marker(markedUntil)
                }
            }
        }
        return true
    }
}

extension DefectiveStore: SubjectSessionStore {
    private func records(of subject: String, _ now: Instant, in entries: [SessionID: Entry]) -> [SessionRecord] {
        entries.values.compactMap { entry in
            guard case .record(let record) = entry, self.isLive(record, now) || self.has(.theExpiredAreListed) else {
                return nil
            }
            if self.has(.subjectsAreFolded) {
                return record.subject?.lowercased() == subject.lowercased() ? record : nil
            }
            // An index that is written at the creation and never again.
            if self.has(.subjectsAreKept), record.version.counter > 1 { return subject == "ada" ? record : nil }
            return record.belongs(to: subject) ? record : nil
        }
    }

    func sessions(of subject: String, now: Instant) async throws -> [SessionRecord] {
        self.entries.withLock { entries in
            let records = self.records(of: subject, now, in: entries).sorted { $0.id < $1.id }
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
        let before = self.entries.withLock { self.records(of: subject, now, in: $0) }
        if self.has(.endAllSkipsTheBusy) { await self.pause() }
        return self.entries.withLock { entries in
            let records = self.records(of: subject, now, in: entries).filter { record in
                // An ending by version loses to whoever writes in between.
                let isUnchanged = before.contains { $0.id == record.id && $0.version == record.version }
                return !kept.contains(record.id) && (isUnchanged || !self.has(.endAllSkipsTheBusy))
            }
            return records.count { self.end($0.id, markedUntil, now, in: &entries) }
        }
    }
}

extension DefectiveStore: EnumerableSessionStore, SweepableSessionStore {
    private func records(_ now: Instant) -> [SessionRecord] {
        self.entries.withLock { entries in
            entries.values.compactMap { entry in
                guard case .record(let record) = entry else { return nil }
                return self.isLive(record, now) || self.has(.theExpiredAreCounted) ? record : nil
            }
        }
    }

    func count(now: Instant) async throws -> Int {
        self.records(now).count
    }

    func page(after id: SessionID?, limit: Int, now: Instant) async throws -> [SessionRecord] {
        let records = self.records(now).sorted { $0.id < $1.id }.filter { record in
            id.map { self.has(.pagesOverlap) ? record.id >= $0 : record.id > $0 } ?? true
        }
        return Array(records.prefix(limit))
    }

    func clear() async throws {
        self.entries.withLock { entries in
            entries = entries.filter { entry in
                if case .marker = entry.value { self.has(.clearKeepsMarkers) } else { false }
            }
        }
    }

    func sweep(limit: Int, now: Instant) async throws -> Int {
        self.entries.withLock { entries in
            let over = entries.filter { entry in
                switch entry.value {
                case .record(let record): !self.isLive(record, now)
                case .marker(let end): now >= end
                }
            }
            let swept = over.keys.prefix(self.has(.sweepIsUnbounded) ? .max : limit)
            for id in swept { entries[id] = nil }
            return swept.count
        }
    }
}
#endif
