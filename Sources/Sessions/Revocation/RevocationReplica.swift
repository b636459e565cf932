//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// A server's copy of the revocation log: all of it that matters, and what the server adds to it.
///
/// One attempt at a time is under way. It reads what is new and then publishes what is pending; all who need either
/// share it. A store that takes no writes fails those who publish, and not those who read.
final class RevocationReplica: Sendable {
    struct State {
        /// The head as it was last read or written; nil before the log was first read.
        var head: RevocationSegment?
        /// Since when the table is complete; nil before it was first read.
        var asOf: Instant?
        var previous: PreviousRevocations
        var resumptions = RevocationResumptions()
        /// The epoch of the log for which it was last noted that an earlier one was lost.
        var lossEpoch: Int64?
        var hasUnreportedLoss = false
    }

    let log: RevocationLog
    let table: RevocationTable
    let pending = PendingRevocations()
    let environment: EngineEnvironment
    let state: Mutex<State>
    private let flight = SingleFlight()
    /// The epoch of the log, 0 before it was first read: every lookup needs it.
    private let logEpoch = Atomic<Int64>(0)
    private let maximumAge: Duration

    init(
        _ store: any SubjectSessionStore,
        table: RevocationTable,
        maximumAge: Duration,
        _ environment: EngineEnvironment
    ) {
        self.log = RevocationLog(store, environment)
        self.table = table
        self.maximumAge = maximumAge
        self.environment = environment
        self.state = Mutex(State(previous: PreviousRevocations(store: self.log.store)))
    }

    /// The epoch in which the log began; 0 before it was first read.
    var epoch: Int64 { self.logEpoch.load(ordering: .acquiring) }

    /// Whether the log was ever read.
    var isStarted: Bool { self.state.withLock { $0.asOf != nil } }

    /// How many callers wait for the store.
    var waitingCount: Int { self.flight.waitingCount }

    /// Whether what is known is new enough to decide by, and need not be read by this request.
    var isCurrent: Bool {
        guard self.maximumAge > .zero, let age = self.age, age < self.maximumAge else { return false }
        return age < self.maximumAge / 2 || self.flight.isRunning
    }

    /// How old what is known is; nil when nothing is known, or the clock was set back.
    private var age: Duration? {
        let now = self.environment.configuration.clock.now
        return self.state.withLock { state in state.asOf.flatMap { now >= $0 ? now - $0 : nil } }
    }

    /// Makes sure that what is known is new enough to decide by.
    ///
    /// When half of the greatest age has passed one request reads, while the others go on; when all of it has, they
    /// wait.
    func refresh() async throws {
        guard self.maximumAge > .zero else { return try await self.synchronize() }
        guard !self.isCurrent else { return }
        do {
            try await self.flight.run(joining: true) { try await self.attempt() }
        } catch let error as SessionError {
            // What is known is still new enough.
            guard let age = self.age, age < self.maximumAge else { throw error }
        }
    }

    /// Reads what is new and attempts to publish what is pending, after this call was made.
    ///
    /// - Throws: ``SessionError`` when the log could not be read.
    func synchronize() async throws {
        try await self.flight.run(joining: false) { try await self.attempt() }
    }

    /// Publishes a revocation.
    ///
    /// - Returns: What became of it.
    func publish(_ request: RevocationRequest) async throws -> RevocationRequest.Outcome? {
        self.pending.add(request)
        do {
            try await self.synchronize()
            if request.outcome == nil { try self.pending.throwFailure() }
        } catch {
            if case .session(let revocation) = request.kind { self.pending.note(untold: revocation.id) }
            if !request.isKept { request.abandon() }
            throw error
        }
        return request.outcome
    }

    /// Makes sure that a session which has ended here is known to have ended to all.
    func publishEnding(of record: SessionRecord) async throws {
        guard self.pending.epochEnding(record) != nil else { return }
        try await self.synchronize()
        if self.pending.epochEnding(record) != nil { try self.pending.throwFailure() }
    }

    /// One attempt. Nothing else changes the copy meanwhile.
    private func attempt() async throws {
        let start = self.environment.configuration.clock.now
        do {
            if self.state.withLock({ $0.head == nil }) {
                try await self.readLog(now: start)
            } else {
                try await self.readNews(now: start)
            }
            try await self.readPrevious(now: start)
        } catch {
            self.pending.fail(error, now: self.environment.configuration.clock.now)
            throw error
        }
        self.state.withLock { $0.asOf = start }
        self.table.cleanNext(now: start)
        do {
            try await self.publishPending()
            self.pending.settle(now: start)
        } catch {
            self.pending.fail(error, now: self.environment.configuration.clock.now)
        }
    }

    func set(_ head: RevocationSegment) {
        self.state.withLock { $0.head = head }
        self.logEpoch.store(head.log.epoch, ordering: .releasing)
    }

    /// Adds what was read in the log.
    func add(_ entries: [Revocation], now: Instant) {
        for entry in entries {
            if entry.isTrace {
                self.state.withLock { $0.resumptions.recognize(entry.id) }
            } else {
                self.table.add(entry, now: now)
            }
        }
    }

    /// Notes, once for each log, that an earlier log was lost.
    func noteLoss() {
        self.state.withLock { state in
            let epoch = state.head?.log.epoch
            guard state.lossEpoch == nil || state.lossEpoch != epoch else { return }
            (state.lossEpoch, state.hasUnreportedLoss) = (epoch, true)
        }
    }

    /// Whether a loss has yet to be reported. The answer is true once.
    func takeLoss() -> Bool {
        self.state.withLock { state in
            defer { state.hasUnreportedLoss = false }
            return state.hasUnreportedLoss
        }
    }
}
