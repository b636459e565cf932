//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Synchronization

/// The calls of many tasks and their results, with their order.
///
/// Every call records a tick before it begins and one after it has returned. A call came before another if it returned
/// before the other began. Calls that overlap may have happened in any order, and prove nothing.
final class StoreHistory: Sendable {
    /// The result of a call.
    enum Answer {
        case created, refused
        case found(SessionRecord)
        case nothing
        case replaced(SessionRecord)
        case notReplaced
        case touched(Bool)
        case ended(Bool)
    }

    struct Event {
        let id: SessionID
        let answer: Answer
        let began: Int
        let returned: Int

        func came(before other: Event) -> Bool { self.returned < other.began }
    }

    private struct State {
        var tick = 0
        var events: [Event] = []
    }

    let store: any SessionStore
    let now: SessionInstant
    private let state = Mutex(State())

    init(of store: any SessionStore, now: SessionInstant) {
        self.store = store
        self.now = now
    }

    /// All events, in the order in which the calls returned.
    var events: [Event] { self.state.withLock { $0.events } }

    func create(_ record: SessionRecord) async throws {
        try await self.note(record.id) {
            do {
                try await self.store.create(record, now: self.now)
                return .created
            } catch let error as SessionStoreError where error.code == .duplicate {
                return .refused
            }
        }
    }

    @discardableResult
    func load(_ id: SessionID) async throws -> SessionRecord? {
        var found: SessionRecord?
        try await self.note(id) {
            guard case .found(let record) = try await self.store.load(id, now: self.now) else { return .nothing }
            found = record
            return .found(record)
        }
        return found
    }

    func replace(_ record: SessionRecord, ifVersion version: SessionVersion) async throws -> SessionReplaceResult {
        var result = SessionReplaceResult.missing
        try await self.note(record.id) {
            result = try await self.store.replace(record, ifVersion: version, now: self.now)
            return result == .replaced ? .replaced(record) : .notReplaced
        }
        return result
    }

    func touch(_ id: SessionID, _ touch: SessionTouch) async throws {
        try await self.note(id) { .touched(try await self.store.touch(id, touch, now: self.now)) }
    }

    func end(_ id: SessionID) async throws {
        try await self.note(id) {
            .ended(try await self.store.end(id, tombstoneUntil: self.now + .minutes(1), now: self.now))
        }
    }

    private func note(_ id: SessionID, _ call: () async throws -> Answer) async throws {
        let began = self.nextTick()
        let answer = try await call()
        self.state.withLock { state in
            state.tick += 1
            state.events.append(Event(id: id, answer: answer, began: began, returned: state.tick))
        }
    }

    private func nextTick() -> Int {
        self.state.withLock { state in
            state.tick += 1
            return state.tick
        }
    }
}
