//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Waits for the ends of an engine's sessions.
///
/// It has no task of its own. Each waiting task looks at its own session when the store reports its ending, and one of
/// them, the leader, also ticks: at each interval it wakes the tasks that are due to look. When the leader's session
/// ends or its task is canceled, another one leads.
final class SessionEndingWatch: Sendable {
    private let driver: any BackendDriver
    private let interval: Duration
    private let state = Mutex(SessionEndingWaiters())
    private let isObserving = Atomic<Bool>(false)

    init(_ driver: any BackendDriver, every interval: Duration) {
        self.driver = driver
        self.interval = interval
    }

    /// How many tasks wait.
    var count: Int { self.state.withLock { $0.count } }

    private var clock: SessionClock { self.driver.environment.configuration.clock }

    /// Waits until a session has ended.
    ///
    /// - Returns: Nil when the task is canceled.
    func ending(of session: WatchedSession) async -> SessionEnd? {
        self.observe()
        let number = self.state.withLock { $0.add(session.id) }
        defer { self.state.withLock { $0.remove(number) }?.resume(returning: .lead) }
        var end: SessionInstant?
        // The first look comes after the registration, so that no ending falls in between.
        if let ending = await self.check(session, number, end: &end) { return ending }
        while true {
            switch await self.wait(number) {
            case .check:
                if let ending = await self.check(session, number, end: &end) { return ending }
            case .lead:
                return await self.lead(session, number, end: end)
            case .canceled:
                return nil
            }
        }
    }

    /// Waits while a child task ticks.
    private func lead(_ session: WatchedSession, _ number: Int, end: SessionInstant?) async -> SessionEnd? {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.tick() }
            defer { group.cancelAll() }
            var end = end
            if let ending = await self.check(session, number, end: &end) { return ending }
            while case .check = await self.wait(number) {
                if let ending = await self.check(session, number, end: &end) { return ending }
            }
            return nil
        }
    }

    /// Looks at a session.
    ///
    /// - Parameter end: When it ends unless it is used, as far as that is known.
    private func check(_ session: WatchedSession, _ number: Int, end: inout SessionInstant?) async -> SessionEnd? {
        guard !Task.isCancelled else { return nil }
        // A store that fails has ended nothing. The next tick tries again.
        guard let status = try? await self.driver.status(of: session) else {
            self.state.withLock { $0.note(number, end: nil) }
            return nil
        }
        let now = self.clock.now
        switch status {
        case .live(let until) where now < until:
            end = until
            self.state.withLock { $0.note(number, end: until) }
            return nil
        case .live:
            return SessionEnd(session.id, .expired)
        case .gone:
            return SessionEnd(session.id, end.map { $0 <= now } ?? false ? .expired : .ended)
        }
    }

    private func wait(_ number: Int) async -> SessionEndingWaiters.Signal {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let signal = self.state.withLock { waiters in
                    Task.isCancelled ? .canceled : waiters.wait(number, continuation)
                }
                if let signal { continuation.resume(returning: signal) }
            }
        } onCancel: {
            self.state.withLock { $0.cancel(number) }?.resume(returning: .canceled)
        }
    }

    /// Ticks until the task is canceled.
    private func tick() async {
        while !Task.isCancelled {
            let now = self.clock.now
            // A former leader may have left in the middle of an interval.
            let next = self.state.withLock { waiters in
                let next = waiters.nextTick.map { min(max(now, $0), now + self.interval) } ?? now + self.interval
                waiters.nextTick = next
                return next
            }
            guard (try? await self.clock.sleep(for: next - now)) != nil else { return }
            let isComplete = await self.checkForEndings()
            guard !Task.isCancelled else { return }
            let time = self.clock.now
            let due = self.state.withLock { waiters in
                waiters.nextTick = nil
                return waiters.takeTick(wasTold: waiters.isReporting && isComplete, now: time)
            }
            for continuation in due { continuation.resume(returning: .check) }
        }
    }

    /// Has the store look for endings of other processes.
    ///
    /// - Returns: Whether it could.
    private func checkForEndings() async -> Bool {
        guard let notifier = self.driver.endingNotifier else { return false }
        let configuration = self.driver.environment.configuration
        do {
            if notifier.needsDeadline {
                try await withDeadline(
                    configuration.storeDeadline,
                    clock: configuration.clock,
                    orThrow: { SessionStoreError.deadlineExceeded(configuration.storeDeadline) }
                ) { try await notifier.checkForEndings() }
            } else {
                try await SessionStoreDeadline.with(.now + configuration.storeDeadline) {
                    try await notifier.checkForEndings()
                }
            }
            return true
        } catch {
            return false
        }
    }

    /// Observes the store from the first listener on.
    private func observe() {
        guard let notifier = self.driver.endingNotifier,
            self.isObserving.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        notifier.addEndingObserver(self)
    }
}

extension SessionEndingWatch: SessionEndingObserver {
    func sessionMayHaveEnded(_ id: SessionID) {
        for continuation in self.state.withLock({ $0.mayHaveEnded(id) }) { continuation.resume(returning: .check) }
    }

    func anySessionMayHaveEnded() {
        for continuation in self.state.withLock({ $0.anyMayHaveEnded() }) { continuation.resume(returning: .check) }
    }

    func reportsEndings(_ isReporting: Bool) {
        let due = self.state.withLock { waiters in
            waiters.isReporting = isReporting
            // Endings until now may have been missed.
            return isReporting ? waiters.anyMayHaveEnded() : []
        }
        for continuation in due { continuation.resume(returning: .check) }
    }
}

extension SessionEndingWatch: CustomReflectable {
    /// The driver may contain keys, so it is never printed.
    var customMirror: Mirror { Mirror(self, children: []) }
}
