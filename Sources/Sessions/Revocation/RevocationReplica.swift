//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// A server's copy of the revocation log, with the server's own additions.
///
/// One attempt at a time is in progress. It reads new entries and then publishes pending ones, and all callers who need
/// either share it. If the store rejects writes, callers who publish fail, and callers who read do not.
final class RevocationReplica: Sendable {
    struct State {
        /// The head as last read or written; nil before the log was first read.
        var head: RevocationSegment?
        /// The time at which the table was last complete; nil before it was first read.
        var asOf: SessionInstant?
        var previous: PreviousRevocations
        var resumptions = RevocationResumptions()
        /// The epoch of the log for which the loss of an earlier one was last recorded.
        var lossEpoch: Int64?
        var hasUnreportedLoss = false
    }

    let log: RevocationLog
    let table: RevocationTable
    let pending = PendingRevocations()
    let environment: EngineEnvironment
    let state: Mutex<State>
    private let flight = SingleFlight()
    /// The epoch of the log, 0 before it was first read. It is atomic because every lookup needs it.
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

    /// Whether the copy is recent enough, so that this request need not refresh it.
    var isCurrent: Bool {
        guard self.maximumAge > .zero, let age = self.age, age < self.maximumAge else { return false }
        return age < self.maximumAge / 2 || self.flight.isRunning
    }

    /// The age of the copy; nil when the log was never read, or the clock was set back.
    private var age: Duration? {
        let now = self.environment.configuration.clock.now
        return self.state.withLock { state in state.asOf.flatMap { now >= $0 ? now - $0 : nil } }
    }

    /// Ensures that the copy is recent enough.
    ///
    /// When half of the maximum age has passed, one request refreshes while the others continue. When all of it has
    /// passed, they wait.
    func refresh() async throws {
        guard self.maximumAge > .zero else { return try await self.synchronize() }
        guard !self.isCurrent else { return }
        do {
            try await self.flight.run(joining: true) { try await self.attempt() }
        } catch let error as SessionError {
            // The copy is still recent enough.
            guard let age = self.age, age < self.maximumAge else { throw error }
        }
    }

    /// Reads new entries and attempts to publish pending ones, in an attempt that begins after this call.
    ///
    /// - Throws: ``SessionError`` when the log could not be read.
    func synchronize() async throws {
        try await self.flight.run(joining: false) { try await self.attempt() }
    }

    /// Publishes a revocation.
    ///
    /// - Returns: The outcome.
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

    /// Ensures that the revocation of a session that has ended on this server is published.
    func publishEnding(of record: SessionRecord) async throws {
        guard self.pending.epochEnding(record) != nil else { return }
        try await self.synchronize()
        if self.pending.epochEnding(record) != nil { try self.pending.throwFailure() }
    }

    /// Makes one attempt. Nothing else changes the copy at the same time.
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

    /// Adds entries of the log.
    func add(_ entries: [Revocation], now: SessionInstant) {
        for entry in entries {
            if entry.isTrace {
                self.state.withLock { $0.resumptions.recognize(entry.id) }
            } else {
                self.table.add(entry, now: now)
            }
        }
    }

    /// Records, once for each log, that an earlier log was lost.
    func noteLoss() {
        self.state.withLock { state in
            let epoch = state.head?.log.epoch
            guard state.lossEpoch == nil || state.lossEpoch != epoch else { return }
            (state.lossEpoch, state.hasUnreportedLoss) = (epoch, true)
        }
    }

    /// Returns true once for a loss that must still be reported.
    func takeLoss() -> Bool {
        self.state.withLock { state in
            defer { state.hasUnreportedLoss = false }
            return state.hasUnreportedLoss
        }
    }
}
