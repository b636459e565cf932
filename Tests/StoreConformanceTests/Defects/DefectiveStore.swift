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
    enum Entry {
        case record(SessionRecord)
        case tombstone(SessionInstant)
    }

    struct State {
        var entries: [SessionID: Entry] = [:]
        /// Whose lists the sessions are in, for mistakes of an index that is kept apart.
        var index: [SessionID: String] = [:]
        /// What mistakes remember.
        var hasWritten = false
        var loaded: Set<SessionID> = []
        var touched: Set<SessionID> = []
        var versions: Set<SessionVersion> = []
        var cache: [SessionID: SessionRecord] = [:]
        var ended: [SessionID] = []
        var secrets: [SessionID: EndedSecrets] = [:]
    }

    let defect: Defect?
    let state = Mutex(State())

    init(_ defect: Defect?) {
        self.defect = defect
    }

    func has(_ defect: Defect) -> Bool { self.defect == defect }

    /// Lets others in between two steps that belong together.
    func pause() async {
        for _ in 0..<20 { await Task.yield() }
    }

    func key(_ id: SessionID) -> SessionID {
        self.has(.lastBitOfIDsIsIgnored) ? SessionID(high: id.high, low: id.low | 1) : id
    }

    func isLive(_ record: SessionRecord, _ now: SessionInstant) -> Bool {
        if self.has(.absoluteLimitIsIgnored) { return now < record.expiresAt }
        if self.has(.earlierClockFindsNothing), now < record.createdAt { return false }
        return !record.isExpired(at: now)
    }

    func live(_ id: SessionID, _ now: SessionInstant, in state: State) -> SessionRecord? {
        guard case .record(let record) = state.entries[self.key(id)], self.isLive(record, now) else { return nil }
        return record
    }

    /// A record that is over for less than a day, and was not at this very millisecond.
    func justExpired(_ id: SessionID, _ now: SessionInstant, in state: State) -> SessionRecord? {
        guard case .record(let record) = state.entries[self.key(id)], record.expiresAt < now,
            now < record.expiresAt + .days(1)
        else { return nil }
        return record
    }

    func tombstoneEnd(_ id: SessionID, _ now: SessionInstant, in state: State) -> SessionInstant? {
        guard case .tombstone(let end) = state.entries[self.key(id)] else { return nil }
        let isOver = self.has(.tombstonesEndEarly) ? now + .milliseconds(1) >= end : now >= end
        return isOver ? nil : end
    }

    /// What is kept of a record.
    private func kept(_ record: SessionRecord) -> SessionRecord {
        var record = record
        if self.has(.noncesAreSigned), let previous = record.previousSecret, previous.nonce > Int64.max {
            record.previousSecret = .init(hash: previous.hash, validUntil: previous.validUntil, nonce: 0)
        }
        if self.has(.largeValuesAreCut), record.values.byteCount > 4096 { record.values = SessionValues() }
        if self.has(.lengthsHaveOneByte), let subject = record.subject {
            record.subject = String(subject.prefix(255))
        }
        if self.has(.countersAreSigned) {
            let counter = min(record.version.counter, UInt64(Int64.max))
            record.version = SessionVersion(counter: counter, tag: record.version.tag)
        }
        if self.has(.farFutureIsCut) {
            let year9999 = SessionInstant(millisecondsSince1970: 253_402_300_799_999)
            record.expiresAt = min(record.expiresAt, year9999)
        }
        return record
    }

    func put(_ record: SessionRecord, in state: inout State) {
        state.entries[self.key(record.id)] = .record(self.kept(record))
        state.versions.insert(record.version)
    }

    /// Notes in whose list a session is.
    func move(_ record: SessionRecord, in state: inout State) {
        let isKept = self.has(.clearedSubjectsAreKept) && record.subject == nil
        if !isKept { state.index[record.id] = record.subject }
    }
}
#endif
