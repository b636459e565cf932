//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// Closes a session, or writes it when the handler asks. It performs the actions of a ``CloseOperation``, synchronously
/// as long as the backend responds synchronously, and asynchronously from there on.
///
/// Both paths share the same state, so that nothing is decided, planned or written twice.
struct SessionClosing {
    private let session: Session
    private var operation: CloseOperation
    /// The next step; nil before the operation has begun.
    private var step: CloseOperation.Step?
    /// The change that is in progress, once it must be waited for.
    private var compareAndSet: CompareAndSet?

    init(_ session: Session, _ purpose: CloseOperation.Purpose) {
        self.session = session
        self.operation = CloseOperation(purpose, session.resolution, session.engine.environment)
    }

    /// Closes the session as long as no asynchronous call is needed.
    ///
    /// - Returns: Whether it is closed. If not, ``close(_:)`` continues, and until then no operation can begin.
    mutating func closeWithoutWaiting(_ response: inout HTTPFields, now: SessionInstant) throws -> Bool {
        // Held here, because each use of a property of a changing value copies it ("memory: counter").
        let session = self.session
        guard session.operationLock.tryEnter() else { return false }
        var step = self.advance(session, .started(now: now))
        while case .perform(let action) = step {
            guard let event = self.performWithoutWaiting(action, session) else {
                self.step = step
                return false
            }
            step = self.advance(session, event)
        }
        session.operationLock.leave()
        try self.finish(step, &response)
        return true
    }

    /// Closes the session.
    mutating func close(_ response: inout HTTPFields) async throws {
        if self.step == nil { await self.session.operationLock.enter() }
        let step = await self.perform()
        self.session.operationLock.leave()
        try self.finish(step, &response)
    }

    /// Performs the operation to its end, while no other can begin.
    ///
    /// - Parameter fill: Fills the record of a session that begins.
    mutating func perform(_ fill: (inout SessionRecord) -> Void = { _ in }) async -> CloseOperation.Step {
        let session = self.session
        var step =
            self.step ?? self.advance(session, .started(now: session.engine.environment.configuration.clock.now))
        while case .perform(let action) = step {
            do {
                step = self.advance(session, try await self.perform(action, fill))
            } catch {
                step = self.advance(session, .failed(error))
            }
        }
        return step
    }

    private mutating func advance(_ session: Session, _ event: CloseOperation.Event) -> CloseOperation.Step {
        session.withState { self.operation.next(event, of: session.request, in: &$0) }
    }

    private mutating func performWithoutWaiting(_ action: CloseOperation.Action, _ session: Session)
        -> CloseOperation.Event?
    {
        let engine = session.engine
        do {
            switch action {
            case .ask, .create:
                return nil
            case .touch:
                guard let update = self.operation.update, let touch = update.touch else { return nil }
                return try engine.driver.touchWithoutWaiting(update.live, touch).map { .touched(isLive: $0) }
            case .update:
                guard let live = self.operation.update?.live else { return nil }
                var compareAndSet = CompareAndSet(live.record, engine.environment)
                let result = try compareAndSet.performWithoutWaiting(live, by: engine.driver, for: session.request) {
                    try self.operation.update?.apply(to: &$0, for: session.request, engine.environment)
                }
                if result == nil { self.compareAndSet = compareAndSet }
                return result.map { .updated($0) }
            case .report(let notice):
                session.report(notice)
                return .reported
            }
        } catch {
            return .failed(error)
        }
    }

    private mutating func perform(
        _ action: CloseOperation.Action,
        _ fill: (inout SessionRecord) -> Void
    ) async throws -> CloseOperation.Event {
        let (engine, request) = (self.session.engine, self.session.request)
        switch action {
        case .ask:
            let allows = engine.environment.configuration.allowsAnonymousSession
            return .answered(isAllowed: try await allows?(request) ?? true)
        case .create(let changes):
            return .created(
                try await engine.driver.create(for: request) { record in
                    record.values = try changes.apply(to: record.values)
                    fill(&record)
                }
            )
        case .touch:
            guard let update = self.operation.update, let touch = update.touch else { return .touched(isLive: false) }
            return .touched(isLive: try await engine.driver.touch(update.live, touch))
        case .update:
            guard let live = self.operation.update?.live else { return .updated(.gone) }
            var compareAndSet = self.compareAndSet ?? CompareAndSet(live.record, engine.environment)
            let result = try await compareAndSet.perform(live, by: engine.driver, for: request) {
                try self.operation.update?.apply(to: &$0, for: request, engine.environment)
            }
            return .updated(result)
        case .report(let notice):
            self.session.report(notice)
            return .reported
        }
    }

    /// Writes the result to the response and the log.
    private func finish(_ step: CloseOperation.Step, _ response: inout HTTPFields) throws {
        switch step {
        case .finish(let effects):
            self.session.write(effects, to: &response)
            self.session.logWhy(effects.cookie, nil)
        case .fail(let error, let effects):
            self.session.reportUnstored(error)
            self.session.write(effects, to: &response)
            self.session.logWhy(effects.cookie, error)
            throw error
        case .perform:
            break
        }
    }
}

extension Session {
    /// Closes a session that nothing is to be written of, as nearly every request leaves it ("memory: untouched").
    ///
    /// - Parameter now: The time; nil if it is not known, which is enough without a session.
    /// - Returns: Whether it is closed.
    func closeUnchanged(_ outcome: SessionEngine.Outcome, _ response: inout HTTPFields, now: SessionInstant?) -> Bool {
        guard !outcome.isFailure else { return false }
        let environment = self.engine.environment
        let effects = self.operationLock.withLockIfAvailable {
            self.withState { CloseOperation.unchanged(&$0, environment, now: now) }
        }
        guard let effects else { return false }
        self.write(effects, to: &response)
        self.logWhy(effects.cookie, nil)
        return true
    }
}

extension SessionEngine {
    /// Closes a session as far as nothing must be waited for.
    func closeWithoutWaiting(
        _ session: Session,
        _ outcome: Outcome,
        _ response: inout HTTPFields,
        now: SessionInstant
    ) throws -> Progress<Void, SessionClosing> {
        var closing = SessionClosing(session, .end(outcome))
        guard self.worksWithoutWaiting, try closing.closeWithoutWaiting(&response, now: now) else {
            return .waiting(closing)
        }
        return .finished(())
    }

    /// Closes a session that must be waited for.
    func close(
        _ progress: Progress<Void, SessionClosing>,
        _ session: Session,
        _ response: inout HTTPFields
    ) async throws {
        guard case .waiting(var closing) = progress else { return }
        try await self.traced("session.close") {
            try await closing.close(&response)
        } describe: { _, span in
            session.describe(in: span)
        }
    }
}
