//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions
import Synchronization

/// Express records in memory, for tests. No Express application sees them, and they do not survive the process.
public final class ExpressMemoryStore: ExpressRecordStore {
    private struct Entry {
        var text: [UInt8]
        var expiresAt: SessionInstant?

        func remaining(_ now: SessionInstant) -> Duration? { self.expiresAt.map { $0 - now } }

        func end(_ life: ExpressExpiry, now: SessionInstant) -> SessionInstant? {
            life.isUnchanged ? self.expiresAt : life.duration.map { now + $0 }
        }
    }

    private struct Tombstone {
        var tombstoneUntil: SessionInstant
        var until: SessionInstant
    }

    private struct State {
        var entries: [ByteString: Entry] = [:]
        var tombstones: [ByteString: Tombstone] = [:]

        func live(_ key: String, now: SessionInstant) -> Entry? {
            let entry = self.entries[ByteString(key)]
            return entry?.expiresAt.map { now < $0 } ?? true ? entry : nil
        }
    }

    private let state = Mutex(State())

    /// Creates an empty store.
    public init() {}

    public var needsDeadline: Bool { false }

    /// Sets a text unconditionally, as an Express application does.
    public func set(_ key: String, _ text: [UInt8], _ life: ExpressExpiry, now: SessionInstant) {
        self.state.withLock { state in
            let before = state.live(key, now: now) ?? Entry(text: text)
            state.entries[ByteString(key)] = Entry(text: text, expiresAt: before.end(life, now: now))
        }
    }

    public func load(_ key: String, now: SessionInstant) async throws -> ExpressLoadResult {
        self.state.withLock { state in
            if let tombstone = state.tombstones[ByteString(key)], now < tombstone.until {
                state.entries[ByteString(key)] = nil
                return now < tombstone.tombstoneUntil ? .ended : .missing
            }
            return state.live(key, now: now).map { .found($0.text, remaining: $0.remaining(now)) } ?? .missing
        }
    }

    public func create(_ key: String, _ text: [UInt8], _ life: ExpressExpiry, now: SessionInstant) async throws -> Bool
    {
        self.state.withLock { state in
            guard state.live(key, now: now) == nil else { return false }
            state.entries[ByteString(key)] = Entry(text: text, expiresAt: life.duration.map { now + $0 })
            return true
        }
    }

    public func replace(
        _ key: String,
        _ expected: [UInt8],
        with text: [UInt8],
        _ life: ExpressExpiry,
        now: SessionInstant
    ) async throws -> ExpressReplaceResult {
        self.state.withLock { state in
            guard let entry = state.live(key, now: now) else { return .missing }
            guard entry.text == expected else {
                return .conflict(entry.text, remaining: entry.remaining(now))
            }
            state.entries[ByteString(key)] = Entry(text: text, expiresAt: entry.end(life, now: now))
            return .replaced
        }
    }

    public func touch(_ key: String, _ life: ExpressExpiry, now: SessionInstant) async throws -> Bool {
        self.state.withLock { state in
            guard let entry = state.live(key, now: now) else { return false }
            if let old = entry.expiresAt {
                state.entries[ByteString(key)]?.expiresAt = entry.end(life, now: now).map { max(old, $0) }
            }
            return true
        }
    }

    public func end(
        _ key: String,
        tombstoneUntil: SessionInstant,
        removedUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> Bool {
        self.state.withLock { state in
            let wasLive = state.live(key, now: now) != nil
            state.entries[ByteString(key)] = nil
            state.tombstones = state.tombstones.filter { now < $0.value.until }
            if wasLive, now < removedUntil {
                state.tombstones[ByteString(key)] = Tombstone(tombstoneUntil: tombstoneUntil, until: removedUntil)
            }
            return wasLive
        }
    }

    /// The keys in the order of their public ids, 100 on a page.
    public func keys(prefix: String, from cursor: SessionCursor?, now: SessionInstant) async throws -> ExpressPage<
        String
    > {
        let last = try cursor?.lastID
        let keys = self.state.withLock { state in
            state.entries.keys.map(\.text)
                .filter { $0.utf8.starts(with: prefix.utf8) && state.live($0, now: now) != nil }
        }
        let page = keys.map { (id: ExternalSessionID(key: $0, prefix: prefix).id, key: $0) }
            .filter { next in last.map { next.id > $0 } ?? true }
            .sorted { $0.id < $1.id }
            .prefix(100)
        let next = page.count < 100 ? nil : page.last.map { SessionCursor(after: $0.id) }
        return ExpressPage(page.map(\.key), next: next)
    }
}

extension ExpressMemoryStore: CustomStringConvertible, CustomReflectable {
    /// The description shows nothing of the content: the keys are the secret ids of sessions.
    public var description: String { "ExpressMemoryStore" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
