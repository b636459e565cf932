//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions
import Synchronization

/// Wraps a working store and makes it fail, stall, reply late or repeat calls on demand.
public final class FaultySessionStore: Sendable {
    private struct State {
        var fault: Fault?
        var calls: Call = []
        var counts: [Int: Int] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
        var repetitions: [@Sendable () async throws -> Void] = []
    }

    private let base: any SessionStore
    private let state = Mutex(State())
    public let needsDeadline: Bool

    /// Creates a store that works until a fault is injected.
    ///
    /// - Parameters:
    ///   - base: The wrapped store.
    ///   - needsDeadline: The store's value of the property of the same name. The default is true.
    public init(_ base: any SessionStore, needsDeadline: Bool = true) {
        self.base = base
        self.needsDeadline = needsDeadline
    }

    /// Injects a fault into some calls from now on.
    public func injectFault(_ fault: Fault, _ calls: Call = .all) {
        self.state.withLock { state in
            state.fault = fault
            state.calls = calls
        }
    }

    /// Clears all faults. Pending calls continue.
    public func clearFault() {
        let waiting = self.state.withLock { state in
            state.fault = nil
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Replays the recorded calls in their order. Their replies are discarded.
    public func replayCalls() async {
        let repetitions = self.state.withLock { state in
            defer { state.repetitions = [] }
            return state.repetitions
        }
        for call in repetitions { try? await call() }
    }

    /// How many times a call was made.
    public func count(of call: Call) -> Int {
        self.state.withLock { $0.counts[call.rawValue] ?? 0 }
    }

    /// How many calls wait for the fault to be cleared.
    public var waitingCount: Int { self.state.withLock { $0.waiting.count } }

    private func perform<Result>(
        _ call: Call,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let fault = self.state.withLock { state in
            state.counts[call.rawValue, default: 0] += 1
            return state.calls.contains(call) ? state.fault : nil
        }
        switch fault?.choice {
        case nil:
            return try await body()
        case .failing:
            throw SessionStoreError(.unavailable, "This store was told to fail.")
        case .losingReplies:
            _ = try await body()
            throw SessionStoreError(.unavailable, "This store was told to lose its replies.")
        case .losing(let count):
            let result = try await body()
            let callCount = self.state.withLock { $0.counts.values.reduce(0, +) }
            guard !callCount.isMultiple(of: count) else {
                throw SessionStoreError(.unavailable, "This store was told to lose a reply now and then.")
            }
            return result
        case .stalling:
            await self.wait(while: .stalling)
            return try await body()
        case .answeringLate:
            let result = try await body()
            await self.wait(while: .answeringLate)
            return result
        case .happeningTwice:
            let result = try await body()
            _ = try? await body()
            return result
        case .comingAgain:
            let result = try await body()
            self.state.withLock { $0.repetitions.append { _ = try await body() } }
            return result
        }
    }

    /// Waits until this fault is cleared, whether or not the task is cancelled.
    private func wait(while fault: Fault) async {
        await withCheckedContinuation { continuation in
            let isMended = self.state.withLock { state in
                guard state.fault == fault else { return true }
                state.waiting.append(continuation)
                return false
            }
            if isMended { continuation.resume() }
        }
    }
}

extension FaultySessionStore: SessionStore {
    public func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        try await self.perform(.load) { try await self.base.load(id, now: now) }
    }

    public func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets? {
        try await self.perform(.load) { try await self.base.endedSecrets(of: id, now: now) }
    }

    public func create(_ record: SessionRecord, now: SessionInstant) async throws {
        try await self.perform(.create) { try await self.base.create(record, now: now) }
    }

    public func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        try await self.perform(.replace) { try await self.base.replace(record, ifVersion: version, now: now) }
    }

    public func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        try await self.perform(.touch) { try await self.base.touch(id, touch, now: now) }
    }

    @discardableResult
    public func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        try await self.perform(.end) { try await self.base.end(id, tombstoneUntil: tombstoneUntil, now: now) }
    }
}

/// Answers synchronously where the wrapped store does, while no fault is injected into the call.
extension FaultySessionStore: SynchronousSessionStore {
    public var writesSynchronously: Bool { (self.base as? any SynchronousSessionStore)?.writesSynchronously ?? false }

    public var loadsMayLag: Bool { (self.base as? any SynchronousSessionStore)?.loadsMayLag ?? false }

    public func loadSynchronously(_ id: SessionID, now: SessionInstant) throws -> SessionLoadResult? {
        try self.performSynchronously(.load) { try $0.loadSynchronously(id, now: now) }
    }

    public func replaceSynchronously(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) throws -> SessionReplaceResult? {
        try self.performSynchronously(.replace) { try $0.replaceSynchronously(record, ifVersion: version, now: now) }
    }

    public func touchSynchronously(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) throws -> Bool? {
        try self.performSynchronously(.touch) { try $0.touchSynchronously(id, touch, now: now) }
    }

    private func performSynchronously<Result>(
        _ call: Call,
        _ body: (any SynchronousSessionStore) throws -> Result?
    ) throws -> Result? {
        guard let base = self.base as? any SynchronousSessionStore else { return nil }
        let isFaulty = self.state.withLock { $0.fault != nil && $0.calls.contains(call) }
        guard !isFaulty, let result = try body(base) else { return nil }
        self.state.withLock { $0.counts[call.rawValue, default: 0] += 1 }
        return result
    }
}

extension FaultySessionStore: CustomStringConvertible, CustomReflectable {
    /// The description shows nothing of the wrapped store.
    public var description: String { "FaultySessionStore" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
