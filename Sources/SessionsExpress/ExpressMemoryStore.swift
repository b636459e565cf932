//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions
import Synchronization

/// Express's records in memory, for tests: no Express application sees them, and nothing survives the process.
public final class ExpressMemoryStore: ExpressRecordStore {
    private struct Entry {
        var text: [UInt8]
        var expiresAt: Instant?

        func remaining(_ now: Instant) -> Duration? { self.expiresAt.map { $0 - now } }

        func end(_ life: ExpressLife, now: Instant) -> Instant? {
            life.isKept ? self.expiresAt : life.duration.map { now + $0 }
        }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var markers: [String: Instant] = [:]

        func live(_ key: String, now: Instant) -> Entry? {
            guard let entry = self.entries[key], entry.expiresAt.map({ now < $0 }) ?? true else { return nil }
            return entry
        }
    }

    private let state = Mutex(State())

    /// Creates an empty store.
    public init() {}

    public var needsDeadline: Bool { false }

    /// Sets a text whatever there is, as an Express application does.
    public func set(_ key: String, _ text: [UInt8], _ life: ExpressLife, now: Instant) {
        self.state.withLock { state in
            let before = state.live(key, now: now) ?? Entry(text: text)
            state.entries[key] = Entry(text: text, expiresAt: before.end(life, now: now))
        }
    }

    public func load(_ key: String, now: Instant) async throws -> ExpressLoadResult {
        self.state.withLock { state in
            if let until = state.markers[key], now < until {
                state.entries[key] = nil
                return .ended
            }
            return state.live(key, now: now).map { .found($0.text, remaining: $0.remaining(now)) } ?? .missing
        }
    }

    public func create(_ key: String, _ text: [UInt8], _ life: ExpressLife, now: Instant) async throws -> Bool {
        self.state.withLock { state in
            guard state.live(key, now: now) == nil else { return false }
            state.entries[key] = Entry(text: text, expiresAt: life.duration.map { now + $0 })
            return true
        }
    }

    public func replace(
        _ key: String,
        _ expected: [UInt8],
        with text: [UInt8],
        _ life: ExpressLife,
        now: Instant
    ) async throws -> ExpressReplaceResult {
        self.state.withLock { state in
            guard let entry = state.live(key, now: now) else { return .missing }
            guard entry.text == expected else {
                return .conflict(entry.text, remaining: entry.remaining(now))
            }
            state.entries[key] = Entry(text: text, expiresAt: entry.end(life, now: now))
            return .replaced
        }
    }

    public func touch(_ key: String, _ life: ExpressLife, now: Instant) async throws -> Bool {
        self.state.withLock { state in
            guard let entry = state.live(key, now: now) else { return false }
            if let old = entry.expiresAt {
                state.entries[key]?.expiresAt = entry.end(life, now: now).map { max(old, $0) }
            }
            return true
        }
    }

    public func end(_ key: String, markedUntil: Instant, now: Instant) async throws -> Bool {
        self.state.withLock { state in
            let wasLive = state.live(key, now: now) != nil
            state.entries[key] = nil
            state.markers = state.markers.filter { now < $0.value }
            if wasLive { state.markers[key] = markedUntil }
            return wasLive
        }
    }

    public func walk(prefix: String, now: Instant, _ body: ([String]) async throws -> Void) async throws {
        let keys = self.state.withLock { state in
            state.entries.keys.filter { $0.utf8.starts(with: prefix.utf8) && state.live($0, now: now) != nil }
        }
        try await body(keys)
    }
}
