//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The steps of a move.
extension MigratingSessionStore {
    /// What the new store has for an id.
    enum Status {
        case session(SessionRecord)
        case reservation(SessionRecord)
        case ended
        case missing
    }

    /// The maximum number of attempts while others write the same session. Each failed attempt means that another one
    /// succeeded.
    private static var limit: Int { 1_000 }

    /// Retries until there is a result.
    func retryUntilResolved<Answer>(for id: SessionID, _ attempt: () async throws -> Answer?) async throws -> Answer {
        for _ in 0..<Self.limit {
            try Task.checkCancellation()
            if let answer = try await attempt() { return answer }
        }
        throw SessionStoreError.stillMoving(id)
    }

    func statusInNew(_ id: SessionID, now: SessionInstant) async throws -> Status {
        switch try await self.new.load(id, now: now) {
        case .found(let record): record.migrationMarker == nil ? .session(record) : .reservation(record)
        case .ended: .ended
        case .missing: .missing
        }
    }

    /// Ensures that the old store has no live session with an id. If it had one, the new store has it now.
    ///
    /// - Parameter known: The result of loading it from the old store, if that was just done.
    /// - Returns: Whether the id has a tombstone in the old store. A migration leaves none there.
    @discardableResult
    func move(_ id: SessionID, known: SessionLoadResult? = nil, now: SessionInstant) async throws -> Bool {
        var known = known
        var kept: SessionVersion?
        return try await self.retryUntilResolved(for: id) { () -> Bool? in
            let record: SessionRecord
            let answer = if let known { known } else { try await self.old.load(id, now: now) }
            known = nil
            switch answer {
            case .missing: return false
            case .ended: return true
            case .found(let found): record = found
            }
            if case .handoff(let reservation, _) = record.migrationMarker {
                try await self.completeHandoff(of: record, at: reservation, now: now)
                return false
            }
            guard let reservation = kept else {
                // The record is read again after its reservation is made: a request that extends it in the old store
                // checks for a reservation afterwards, so at least one of the two sees the other.
                kept = try await self.reserve(for: record, now: now)
                guard kept == nil else { return nil }
                // The new store has a later state.
                try await self.discard(id, now: now)
                return false
            }
            let handoff = record.handedOff(to: reservation, random: self.random)
            guard try await self.old.replace(handoff, ifVersion: record.version, now: now) == .replaced else {
                return nil
            }
            try await self.completeHandoff(of: handoff, at: reservation, now: now)
            return false
        }
    }

    /// Reserves a place for a session, and returns its version; nil when the new store already has the session or its
    /// tombstone.
    func reserve(for record: SessionRecord, now: SessionInstant) async throws -> SessionVersion? {
        try await self.retryUntilResolved(for: record.id) { () -> SessionVersion?? in
            let reservation = SessionRecord.reservation(for: record, random: self.random)
            do {
                try await self.new.create(reservation, now: now)
                return reservation.version
            } catch let error as SessionStoreError where error.code == .duplicate {}
            switch try await self.statusInNew(record.id, now: now) {
            case .missing:
                return nil
            case .session, .ended:
                return .some(nil)
            case .reservation(let found):
                if found.expiresAt < reservation.expiresAt {
                    let touch = SessionTouch(lastAccessedAt: found.lastAccessedAt, expiresAt: reservation.expiresAt)
                    guard try await self.new.touch(record.id, touch, now: now) else { return nil }
                }
                return found.version
            }
        }
    }

    /// Replaces the reservation with the record that has left the old store.
    ///
    /// - Returns: Whether the record is there, by this call or by another one, and unchanged.
    @discardableResult
    func completeHandoff(of handoff: SessionRecord, at reservation: SessionVersion, now: SessionInstant) async throws
        -> Bool
    {
        let result = try await self.new.replace(handoff.unmarked, ifVersion: reservation, now: now)
        try await self.discard(handoff.id, now: now)
        return result == .replaced
    }

    /// Removes a record from the old store if the new one has a later state, and leaves no tombstone.
    func discard(_ id: SessionID, now: SessionInstant) async throws {
        _ = try await self.old.end(id, tombstoneUntil: SessionInstant(millisecondsSince1970: 0), now: now)
    }
}
