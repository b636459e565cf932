//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The tasks that wait for the ends of sessions: which one looks at its session next, and which one leads. It has no
/// lock and reads no clock.
struct SessionEndingWaiters {
    /// Why a waiting task continues.
    enum Signal {
        /// It looks at its session.
        case check
        /// It looks at its session, and is the leader from now on.
        case lead
        case canceled
    }

    typealias Continuation = CheckedContinuation<Signal, Never>

    private struct Waiter {
        let id: SessionID
        /// When its session ends unless it is used; nil before the first look.
        var end: SessionInstant?
        /// The tick of the last look.
        var checkedAt: UInt64
        var mustCheck = false
        var continuation: Continuation?
    }

    /// How many ticks pass between two looks at a session whose store reports endings: a report may be lost without a
    /// sign, as in a failover.
    static let ticksBetweenChecks: UInt64 = 10

    private var waiters: [Int: Waiter] = [:]
    private var numbers: [SessionID: Set<Int>] = [:]
    private var nextNumber = 0
    private var tick: UInt64 = 0
    private var leader: Int?
    /// Whether the store reports endings.
    var isReporting = false
    /// When the leader ticks next; nil before the first tick.
    var nextTick: SessionInstant?

    var count: Int { self.waiters.count }

    mutating func add(_ id: SessionID) -> Int {
        defer { self.nextNumber += 1 }
        self.waiters[self.nextNumber] = Waiter(id: id, checkedAt: self.tick)
        self.numbers[id, default: []].insert(self.nextNumber)
        return self.nextNumber
    }

    /// Removes a task that waits no longer.
    ///
    /// - Returns: The next leader, if this one led.
    mutating func remove(_ number: Int) -> Continuation? {
        guard let waiter = self.waiters.removeValue(forKey: number) else { return nil }
        self.numbers[waiter.id]?.remove(number)
        if self.numbers[waiter.id]?.isEmpty == true { self.numbers[waiter.id] = nil }
        guard self.leader == number else { return nil }
        self.leader = nil
        guard let next = self.waiters.first(where: { $0.value.continuation != nil })?.key else { return nil }
        self.leader = next
        return self.waiters[next]?.continuation.take()
    }

    /// Records the result of a look: the session is live, or the store did not answer.
    mutating func note(_ number: Int, end: SessionInstant?) {
        if let end { self.waiters[number]?.end = end }
        self.waiters[number]?.checkedAt = self.tick
    }

    /// Begins to wait.
    ///
    /// - Returns: A signal if the task must not wait.
    mutating func wait(_ number: Int, _ continuation: Continuation) -> Signal? {
        if self.waiters[number]?.mustCheck == true {
            self.waiters[number]?.mustCheck = false
            return .check
        }
        if self.leader == nil {
            self.leader = number
            return .lead
        }
        self.waiters[number]?.continuation = continuation
        return nil
    }

    mutating func cancel(_ number: Int) -> Continuation? { self.waiters[number]?.continuation.take() }

    /// A session may have ended.
    mutating func mayHaveEnded(_ id: SessionID) -> [Continuation] {
        self.numbers[id, default: []].compactMap { self.wake($0) }
    }

    /// Any session may have ended.
    mutating func anyMayHaveEnded() -> [Continuation] { self.waiters.keys.compactMap { self.wake($0) } }

    /// Counts a tick.
    ///
    /// - Parameters:
    ///   - wasTold: Whether the store is known to have reported all endings until now.
    ///   - now: The current time.
    /// - Returns: The tasks that look at their sessions.
    mutating func takeTick(wasTold: Bool, now: SessionInstant) -> [Continuation] {
        self.tick &+= 1
        let pause = wasTold ? Self.ticksBetweenChecks : 1
        return self.waiters.filter { _, waiter in
            self.tick &- waiter.checkedAt >= pause || waiter.end.map { $0 <= now } ?? false
        }.keys.compactMap { self.wake($0) }
    }

    private mutating func wake(_ number: Int) -> Continuation? {
        if let continuation = self.waiters[number]?.continuation.take() { return continuation }
        self.waiters[number]?.mustCheck = true
        return nil
    }
}
