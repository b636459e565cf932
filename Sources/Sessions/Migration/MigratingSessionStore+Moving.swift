//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The steps of a move.
extension MigratingSessionStore {
    /// What the new store has under an id.
    enum Standing {
        case session(SessionRecord)
        case place(SessionRecord)
        case ended
        case missing
    }

    /// How often a step is tried while others write the same session. Each try that fails means that another succeeded.
    private static var limit: Int { 1_000 }

    /// Tries until there is an answer.
    func untilAnswered<Answer>(about id: SessionID, _ attempt: () async throws -> Answer?) async throws -> Answer {
        for _ in 0..<Self.limit {
            try Task.checkCancellation()
            if let answer = try await attempt() { return answer }
        }
        throw SessionStoreError.stillMoving(id)
    }

    func standingInNew(_ id: SessionID, now: Instant) async throws -> Standing {
        switch try await self.new.load(id, now: now) {
        case .found(let record): record.migrationMarker == nil ? .session(record) : .place(record)
        case .ended: .ended
        case .missing: .missing
        }
    }

    /// Sees to it that the old store has no live session of an id; what there was is in the new store then.
    ///
    /// - Parameter known: What the old store answered a moment ago, if it was asked.
    /// - Returns: Whether the id is marked as ended in the old store. A move leaves no tombstone there.
    @discardableResult
    func move(_ id: SessionID, known: SessionLoadResult? = nil, now: Instant) async throws -> Bool {
        var known = known
        var kept: SessionVersion?
        return try await self.untilAnswered(about: id) { () -> Bool? in
            let record: SessionRecord
            let answer = if let known { known } else { try await self.old.load(id, now: now) }
            known = nil
            switch answer {
            case .missing: return false
            case .ended: return true
            case .found(let found): record = found
            }
            if case .leaving(let place, _) = record.migrationMarker {
                try await self.arrive(record, at: place, now: now)
                return false
            }
            guard let place = kept else {
                // The record is read once more when its place is kept: whoever extends it in the old store looks for a
                // place afterwards, so that either of the two knows of the other.
                kept = try await self.keepPlace(for: record, now: now)
                guard kept == nil else { return nil }
                // The new store knows better.
                try await self.forget(id, now: now)
                return false
            }
            let leaving = record.leaving(for: place, random: self.random)
            guard try await self.old.replace(leaving, ifVersion: record.version, now: now) == .replaced else {
                return nil
            }
            try await self.arrive(leaving, at: place, now: now)
            return false
        }
    }

    /// The version of the place that is kept for a session, or nil when the new store has more of the session than
    /// that.
    func keepPlace(for record: SessionRecord, now: Instant) async throws -> SessionVersion? {
        try await self.untilAnswered(about: record.id) { () -> SessionVersion?? in
            let place = SessionRecord.place(for: record, random: self.random)
            do {
                try await self.new.create(place, now: now)
                return place.version
            } catch let error as SessionStoreError where error.code == .duplicate {}
            switch try await self.standingInNew(record.id, now: now) {
            case .missing:
                return nil
            case .session, .ended:
                return .some(nil)
            case .place(let found):
                if found.expiresAt < place.expiresAt {
                    let touch = SessionTouch(lastAccessedAt: found.lastAccessedAt, expiresAt: place.expiresAt)
                    guard try await self.new.touch(record.id, touch, now: now) else { return nil }
                }
                return found.version
            }
        }
    }

    /// Puts a record that has left the old store in its place.
    ///
    /// - Returns: Whether it is there: by this call, or by that of somebody else, and as it was.
    @discardableResult
    func arrive(_ leaving: SessionRecord, at place: SessionVersion, now: Instant) async throws -> Bool {
        let result = try await self.new.replace(leaving.unmarked, ifVersion: place, now: now)
        try await self.forget(leaving.id, now: now)
        return result == .replaced
    }

    /// Removes from the old store what the new one knows better, and leaves no tombstone.
    func forget(_ id: SessionID, now: Instant) async throws {
        _ = try await self.old.end(id, tombstoneUntil: Instant(millisecondsSince1970: 0), now: now)
    }
}
