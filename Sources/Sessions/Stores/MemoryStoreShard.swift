//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// A part of a ``MemorySessionStore``: at most a few thousand records in their binary form, under one lock.
final class MemoryStoreShard: Sendable {
    private struct State {
        var records: [SessionID: [UInt8]] = [:]
        /// Ended ids, and until when they are marked.
        var markers: [SessionID: Instant] = [:]

        /// The bytes and header of a live record.
        func live(_ id: SessionID, now: Instant) -> (bytes: [UInt8], header: SessionRecordHeader)? {
            guard let bytes = self.records[id], let header = SessionRecordHeader(bytes), !header.isExpired(at: now)
            else {
                return nil
            }
            return (bytes, header)
        }

        func isMarked(_ id: SessionID, now: Instant) -> Bool {
            guard !self.markers.isEmpty, let end = self.markers[id] else { return false }
            return now < end
        }
    }

    private let capacity: Int
    private let subjects: MemorySubjectIndex
    private let state = Mutex(State())

    init(capacity: Int, subjects: MemorySubjectIndex) {
        self.capacity = capacity
        self.subjects = subjects
    }

    func load(_ id: SessionID, now: Instant) throws -> SessionLoadResult {
        let (bytes, isMarked) = self.state.withLock { ($0.live(id, now: now)?.bytes, $0.isMarked(id, now: now)) }
        if isMarked { return .ended }
        // Decoded outside the lock.
        return try bytes.map { .found(try SessionRecordCodec.decode(own: $0, id: id)) } ?? .missing
    }

    func create(_ record: SessionRecord, now: Instant) throws {
        let bytes = SessionRecordCodec.encode(record)
        try self.state.withLock { state in
            guard state.live(record.id, now: now) == nil, !state.isMarked(record.id, now: now) else {
                throw SessionStoreError.duplicate(record.id)
            }
            self.remove(record.id, from: &state)
            if state.records.count >= self.capacity { self.displaceOne(of: &state, now: now) }
            state.records[record.id] = bytes
            if let subject = record.subject { self.subjects.add(record.id, to: subject) }
        }
    }

    func replace(_ record: SessionRecord, ifVersion version: SessionVersion, now: Instant) throws
        -> SessionReplaceResult
    {
        let bytes = SessionRecordCodec.encode(record)
        let conflicting = try self.state.withLock { state -> [UInt8]?? in
            guard
                let place = state.records.index(forKey: record.id),
                let header = SessionRecordHeader(state.records.values[place]), !header.isExpired(at: now),
                !state.isMarked(record.id, now: now)
            else { return .none }
            guard header.version == version else {
                return .some(header.version == record.version ? nil : state.records.values[place])
            }
            let before =
                header.isAuthenticated
                ? try SessionRecordCodec.decode(own: state.records.values[place], id: record.id).subject : nil
            if before != record.subject {
                if let before { self.subjects.remove(record.id, from: before) }
                if let after = record.subject { self.subjects.add(record.id, to: after) }
            }
            state.records.values[place] = bytes
            return .some(nil)
        }
        switch conflicting {
        case .none: return .missing
        case .some(nil): return .replaced
        case .some(.some(let current)): return .conflict(try SessionRecordCodec.decode(own: current, id: record.id))
        }
    }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) -> Bool {
        self.state.withLock { state in
            guard
                !state.isMarked(id, now: now),
                // Taken out of the dictionary and put back, so that the bytes change in place.
                var bytes = state.records[id],
                var header = SessionRecordHeader(bytes), !header.isExpired(at: now)
            else { return false }
            state.records[id] = []
            header.apply(touch, to: &bytes)
            state.records[id] = bytes
            return true
        }
    }

    /// - Parameter subject: Nil, or whose session it must still be.
    func end(_ id: SessionID, ofSubject subject: String? = nil, markedUntil: Instant, now: Instant) -> Bool {
        self.state.withLock { state in
            if state.isMarked(id, now: now), let marked = state.markers[id] {
                state.markers[id] = max(marked, markedUntil)
                return false
            }
            guard let (bytes, _) = state.live(id, now: now) else { return false }
            if let subject, (try? SessionRecordCodec.decode(own: bytes, id: id))?.belongs(to: subject) != true {
                return false
            }
            self.remove(id, from: &state)
            state.markers[id] = markedUntil
            return true
        }
    }

    func count(now: Instant) -> Int {
        self.state.withLock { state in
            state.records.values.count { SessionRecordHeader($0)?.isExpired(at: now) == false }
        }
    }

    func page(after id: SessionID?, limit: Int, now: Instant) throws -> [SessionRecord] {
        let found = self.state.withLock { state in
            state.records.filter { entry in
                (id.map { entry.key > $0 } ?? true) && SessionRecordHeader(entry.value)?.isExpired(at: now) == false
            }
        }
        return try found.sorted { $0.key < $1.key }.prefix(limit).map { try SessionRecordCodec.decode(own: $1, id: $0) }
    }

    func clear() {
        self.state.withLock { state in
            for id in state.records.keys { self.remove(id, from: &state) }
            state = State()
        }
    }

    func sweep(limit: Int, now: Instant) -> Int {
        self.state.withLock { state in
            let expired = state.records.lazy
                .filter { SessionRecordHeader($0.value)?.isExpired(at: now) != false }
                .prefix(limit).map(\.key)
            let expiredIDs = Array(expired)
            for id in expiredIDs { self.remove(id, from: &state) }
            let outlived = Array(
                state.markers.lazy.filter { now >= $0.value }.prefix(limit - expiredIDs.count).map(\.key))
            for id in outlived { state.markers[id] = nil }
            return expiredIDs.count + outlived.count
        }
    }

    /// Makes room: the expired go first, then those that nobody is logged in to, then those whose end is nearest.
    private func displaceOne(of state: inout State, now: Instant) {
        var victim: (id: SessionID, rank: (Int, Instant))?
        for (id, bytes) in state.records {
            guard let header = SessionRecordHeader(bytes) else { continue }
            let rank = (header.isExpired(at: now) ? 0 : header.isAuthenticated ? 2 : 1, header.expiresAt)
            if let best = victim?.rank, best <= rank { continue }
            victim = (id, rank)
        }
        if let victim { self.remove(victim.id, from: &state) }
    }

    /// Removes a record, if there is one, and its place in the index.
    private func remove(_ id: SessionID, from state: inout State) {
        guard let bytes = state.records.removeValue(forKey: id) else { return }
        guard SessionRecordHeader(bytes)?.isAuthenticated == true else { return }
        if let subject = (try? SessionRecordCodec.decode(own: bytes, id: id))?.subject {
            self.subjects.remove(id, from: subject)
        }
    }
}
