//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions
import Synchronization

/// A store that fails or stalls on demand, around one that works.
public final class FaultySessionStore: Sendable {
    /// The calls of a store.
    public struct Call: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        /// `load(_:now:)`.
        public static let load = Call(rawValue: 1)
        /// `create(_:now:)`.
        public static let create = Call(rawValue: 2)
        /// `replace(_:ifVersion:now:)`.
        public static let replace = Call(rawValue: 4)
        /// `touch(_:_:now:)`.
        public static let touch = Call(rawValue: 8)
        /// `end(_:markedUntil:now:)`.
        public static let end = Call(rawValue: 16)
        /// All of them.
        public static let all: Call = [.load, .create, .replace, .touch, .end]
    }

    /// What goes wrong.
    public struct Fault: Sendable, Hashable {
        enum Choice: Sendable, Hashable { case failing, stalling, losingReplies }

        let choice: Choice

        /// The call throws and nothing happens.
        public static let failing = Fault(choice: .failing)
        /// The call does not answer until the fault is mended, and does not heed cancellation; then it happens.
        public static let stalling = Fault(choice: .stalling)
        /// The call happens and throws all the same.
        public static let losingReplies = Fault(choice: .losingReplies)
    }

    private struct State {
        var fault: Fault?
        var calls: Call = []
        var counts: [Int: Int] = [:]
        var stalled: [CheckedContinuation<Void, Never>] = []
    }

    private let base: any SessionStore
    private let state = Mutex(State())
    public let needsDeadline: Bool

    /// Creates a store that works until it is told otherwise.
    ///
    /// - Parameters:
    ///   - base: The store that does the work.
    ///   - needsDeadline: What the store says of itself. The default is true.
    public init(_ base: any SessionStore, needsDeadline: Bool = true) {
        self.base = base
        self.needsDeadline = needsDeadline
    }

    /// Lets some calls go wrong from now on.
    public func breakDown(_ fault: Fault, _ calls: Call = .all) {
        self.state.withLock { state in
            state.fault = fault
            state.calls = calls
        }
    }

    /// Lets every call work again, and those that stalled go on.
    public func mend() {
        let stalled = self.state.withLock { state in
            state.fault = nil
            defer { state.stalled = [] }
            return state.stalled
        }
        for continuation in stalled { continuation.resume() }
    }

    /// How often a call was made.
    public func count(of call: Call) -> Int {
        self.state.withLock { $0.counts[call.rawValue] ?? 0 }
    }

    private func perform<Result>(_ call: Call, _ body: () async throws -> Result) async throws -> Result {
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
        case .stalling:
            await withCheckedContinuation { continuation in
                let isMended = self.state.withLock { state in
                    guard state.fault == .stalling else { return true }
                    state.stalled.append(continuation)
                    return false
                }
                if isMended { continuation.resume() }
            }
            return try await body()
        }
    }
}

extension FaultySessionStore: SessionStore {
    public func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        try await self.perform(.load) { try await self.base.load(id, now: now) }
    }

    public func create(_ record: SessionRecord, now: Instant) async throws {
        try await self.perform(.create) { try await self.base.create(record, now: now) }
    }

    public func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) async throws -> SessionReplaceResult {
        try await self.perform(.replace) { try await self.base.replace(record, ifVersion: version, now: now) }
    }

    public func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) async throws -> Bool {
        try await self.perform(.touch) { try await self.base.touch(id, touch, now: now) }
    }

    @discardableResult
    public func end(_ id: SessionID, markedUntil: Instant, now: Instant) async throws -> Bool {
        try await self.perform(.end) { try await self.base.end(id, markedUntil: markedUntil, now: now) }
    }
}
