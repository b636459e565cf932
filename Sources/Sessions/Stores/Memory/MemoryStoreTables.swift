//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The records and tombstones of a ``MemoryStoreShard``, with the order in which they expire.
struct MemoryStoreTables {
    /// Which records may be evicted. The order is: expired ones, then anonymous ones, then all others. Among equals,
    /// the one that ends first is evicted.
    enum Candidates {
        case expired
        case anonymous
        case all
    }

    var records: [SessionID: [UInt8]] = [:]
    /// The tombstone of an ended session.
    struct Tombstone {
        /// When the tombstone expires.
        var end: SessionInstant
        let secrets: EndedSecrets?
    }

    /// The tombstones of ended ids.
    var tombstones: [SessionID: Tombstone] = [:]
    private var anonymousEnds = ExpiryQueue()
    private var authenticatedEnds = ExpiryQueue()
    private var tombstoneEnds = ExpiryQueue()

    /// The bytes of a live record.
    func live(_ id: SessionID, now: SessionInstant) -> [UInt8]? {
        guard let bytes = self.records[id], SessionRecordHeader(bytes)?.isExpired(at: now) == false else { return nil }
        return bytes
    }

    func isMarked(_ id: SessionID, now: SessionInstant) -> Bool {
        self.tombstone(id, now: now) != nil
    }

    /// The tombstone of an id, unless it has expired.
    func tombstone(_ id: SessionID, now: SessionInstant) -> Tombstone? {
        guard !self.tombstones.isEmpty, let tombstone = self.tombstones[id], now < tombstone.end else { return nil }
        return tombstone
    }

    /// Queues the end of a record that is new, ends earlier than before, or has another rank.
    mutating func noteEnd(of record: SessionRecord) {
        if record.subject == nil {
            self.anonymousEnds.insert(record.id, due: record.end)
        } else {
            self.authenticatedEnds.insert(record.id, due: record.end)
        }
        // Entries of removed records stay until they are due. More than half of all is too many.
        guard self.anonymousEnds.count + self.authenticatedEnds.count > 2 * self.records.count + 64 else { return }
        (self.anonymousEnds, self.authenticatedEnds) = (ExpiryQueue(), ExpiryQueue())
        for (id, bytes) in self.records {
            guard let header = SessionRecordHeader(bytes) else { continue }
            if header.isAuthenticated {
                self.authenticatedEnds.insert(id, due: header.end)
            } else {
                self.anonymousEnds.insert(id, due: header.end)
            }
        }
    }

    /// - Returns: Whether the id had no tombstone.
    mutating func addTombstone(_ id: SessionID, until end: SessionInstant, _ secrets: EndedSecrets?) -> Bool {
        self.tombstoneEnds.insert(id, due: end)
        return self.tombstones.updateValue(Tombstone(end: end, secrets: secrets), forKey: id) == nil
    }

    /// The record to evict for another, or nil when there is no candidate.
    mutating func evictionCandidate(
        among candidates: Candidates,
        except id: SessionID? = nil,
        now: SessionInstant
    ) -> SessionID? {
        if let earliest = self.anonymousEnds.earliest, earliest <= now, let first = self.firstAnonymous(except: id),
            first.due <= now
        {
            return first.id
        }
        if let earliest = self.authenticatedEnds.earliest, earliest <= now,
            let first = self.firstAuthenticated(except: id), first.due <= now
        {
            return first.id
        }
        switch candidates {
        case .expired: return nil
        case .anonymous: return self.firstAnonymous(except: id)?.id
        case .all: return (self.firstAnonymous(except: id) ?? self.firstAuthenticated(except: id))?.id
        }
    }

    /// - Returns: Whether there was one.
    mutating func removeOutlivedTombstone(now: SessionInstant) -> Bool {
        guard let earliest = self.tombstoneEnds.earliest, earliest <= now else { return false }
        let tombstones = self.tombstones
        guard let first = self.tombstoneEnds.first(due: { tombstones[$0]?.end }), first.due <= now else { return false }
        self.tombstones[first.id] = nil
        return true
    }

    private mutating func firstAnonymous(except id: SessionID?) -> (id: SessionID, due: SessionInstant)? {
        let records = self.records
        return self.anonymousEnds.first(skipping: id) { Self.end(of: records[$0], isAuthenticated: false) }
    }

    private mutating func firstAuthenticated(except id: SessionID?) -> (id: SessionID, due: SessionInstant)? {
        let records = self.records
        return self.authenticatedEnds.first(skipping: id) { Self.end(of: records[$0], isAuthenticated: true) }
    }

    private static func end(of bytes: [UInt8]?, isAuthenticated: Bool) -> SessionInstant? {
        guard let bytes, let header = SessionRecordHeader(bytes), header.isAuthenticated == isAuthenticated else {
            return nil
        }
        return header.end
    }
}

extension SessionRecord {
    /// The earlier of the two limits.
    var end: SessionInstant { min(self.expiresAt, self.absoluteExpiresAt) }
}
