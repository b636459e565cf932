//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension MigratingSessionStore: CompositeSessionStore {
    var parts: [any SessionStore] { [self.old, self.new] }
}

extension MigratingSessionStore: SessionStore {
    public var needsDeadline: Bool { self.old.needsDeadline || self.new.needsDeadline }

    /// Calls need both stores, so a failure domain is a pair of domains of the two.
    public func failureDomain(of id: SessionID) -> Int {
        self.old.failureDomain(of: id) &* 1_024 &+ self.new.failureDomain(of: id)
    }

    public func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        var known: SessionLoadResult?
        switch self.phase.choice {
        case .dualRead:
            let result = try await self.old.load(id, now: now)
            if case .found(let record) = result, record.migrationMarker == nil { return result }
            known = result
        case .migrating:
            if let result = try await self.loadFromNew(id, now: now) { return result }
        }
        let isEnded = try await self.move(id, known: known, now: now)
        return try await self.loadFromNew(id, now: now) ?? (isEnded ? .ended : .missing)
    }

    public func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets? {
        if let secrets = try await self.new.endedSecrets(of: id, now: now) { return secrets }
        return try await self.old.endedSecrets(of: id, now: now)
    }

    /// The result of the new store for a session; nil when it is not there.
    private func loadFromNew(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult? {
        switch try await self.statusInNew(id, now: now) {
        case .session(let record): .found(record)
        case .ended: .ended
        case .reservation, .missing: nil
        }
    }

    public func create(_ record: SessionRecord, now: SessionInstant) async throws {
        let isCreated =
            switch self.phase.choice {
            case .dualRead: try await self.createInOld(record, now: now)
            case .migrating: try await self.createInNew(record, now: now)
            }
        guard isCreated else { throw SessionStoreError.duplicate(record.id) }
    }

    /// If servers of different phases create the same id in parallel, each reads the other's store after it has written
    /// its own, so at least one of them sees the other. The reservation in the new store then decides.
    private func createInOld(_ record: SessionRecord, now: SessionInstant) async throws -> Bool {
        switch try await self.statusInNew(record.id, now: now) {
        case .session, .ended: return false
        case .reservation, .missing: break
        }
        try await self.old.create(record, now: now)
        switch try await self.statusInNew(record.id, now: now) {
        case .missing:
            return true
        case .reservation, .session, .ended:
            try await self.move(record.id, now: now)
            guard case .session(let winner) = try await self.statusInNew(record.id, now: now) else { return false }
            return winner.version == record.version
        }
    }

    private func createInNew(_ record: SessionRecord, now: SessionInstant) async throws -> Bool {
        // Also read first, so that an id in the old store leaves no reservation behind.
        guard case .missing = try await self.old.load(record.id, now: now),
            let reservation = try await self.reserve(for: record, now: now),
            case .missing = try await self.old.load(record.id, now: now)
        else { return false }
        return try await self.new.replace(record, ifVersion: reservation, now: now) == .replaced
    }

    public func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        switch self.phase.choice {
        case .dualRead:
            let result = try await self.old.replace(record, ifVersion: version, now: now)
            switch result {
            case .replaced: return result
            case .conflict(let current) where current.migrationMarker == nil: return result
            case .conflict, .missing: break
            }
        case .migrating:
            if let result = try await self.replaceInNew(record, ifVersion: version, now: now) { return result }
        }
        try await self.move(record.id, now: now)
        return try await self.replaceInNew(record, ifVersion: version, now: now) ?? .missing
    }

    /// The result of a replacement in the new store; nil when the session is not there.
    private func replaceInNew(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult? {
        let result = try await self.new.replace(record, ifVersion: version, now: now)
        switch result {
        case .missing: return nil
        case .conflict(let current) where current.migrationMarker != nil: return nil
        case .conflict, .replaced: return result
        }
    }

    public func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        switch self.phase.choice {
        case .dualRead:
            // If there is a reservation, another request may have read the record before this touch, and be about to
            // move it.
            if try await self.old.touch(id, touch, now: now),
                case .missing = try await self.statusInNew(id, now: now)
            {
                return true
            }
        case .migrating:
            if try await self.touchInNew(id, touch, now: now) { return true }
        }
        try await self.move(id, now: now)
        return try await self.touchInNew(id, touch, now: now)
    }

    private func touchInNew(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        // A touch would extend a reservation as well.
        guard case .session = try await self.statusInNew(id, now: now) else { return false }
        return try await self.new.touch(id, touch, now: now)
    }

    @discardableResult
    public func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        // From here on nothing leaves the old store. A session that has left it has a reservation in the new one, if it
        // is not there.
        let wasInOld = try await self.old.end(id, tombstoneUntil: tombstoneUntil, now: now)
        return try await self.retryUntilResolved(for: id) { () -> Bool? in
            do {
                switch try await self.statusInNew(id, now: now) {
                case .missing:
                    return wasInOld
                case .reservation(var reservation):
                    // Another request may hold the record that was just ended, and complete its handoff for this
                    // version.
                    let version = reservation.version
                    reservation.version = version.next(random: self.random)
                    let result = try await self.new.replace(reservation, ifVersion: version, now: now)
                    return result == .replaced ? wasInOld : nil
                case .session, .ended:
                    break
                }
            } catch let error as SessionStoreError where [.corruptRecord, .newerRecord].contains(error.code) {
                // An unreadable record can still be ended.
            }
            // If several requests end a session while it moves, this result counts for all.
            return try await self.new.end(id, tombstoneUntil: tombstoneUntil, now: now)
        }
    }
}
