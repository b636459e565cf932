//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Changes the newest version of a session, synchronously as long as the backend responds synchronously.
///
/// The two methods share the same state, so that no attempt is made twice.
struct CompareAndSet {
    private var operation: CompareAndSetOperation
    private var step: CompareAndSetOperation.Step
    /// The next state of the record that is being attempted, once computed: the change runs once for each record.
    private var next: SessionRecord?

    init(_ record: SessionRecord, _ environment: EngineEnvironment) {
        self.operation = CompareAndSetOperation(record)
        self.step = self.operation.next(.started(isQueued: environment.writeQueues.isBusy(record.id)))
    }

    /// Continues as long as no asynchronous call is needed.
    ///
    /// - Returns: Nil when one is needed.
    mutating func performWithoutWaiting(
        _ live: SessionState.LoadedSession,
        by driver: any BackendDriver,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) throws -> UpdateResult? {
        // A local step is moved rather than copied ("memory: counter").
        var step = self.step
        while case .perform(.attempt) = step {
            let record = self.operation.record
            let next = try driver.next(after: record, for: request, change)
            guard let attempt = try driver.writeWithoutWaiting(next, after: record, of: live, for: request) else {
                self.next = next
                return nil
            }
            if case .conflict = attempt { driver.environment.report(SessionMeasurement(.conflictRetry, 1)) }
            step = self.operation.next(.attempted(attempt))
        }
        if case .finish(let result) = step { return result }
        self.step = step
        return nil
    }

    /// Continues to the end.
    mutating func perform(
        _ live: SessionState.LoadedSession,
        by driver: any BackendDriver,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> UpdateResult {
        let environment = driver.environment
        while true {
            switch self.step {
            case .perform(.attempt):
                let record = self.operation.record
                let next = try self.next ?? driver.next(after: record, for: request, change)
                self.next = nil
                let attempt = try await driver.write(next, after: record, of: live, for: request)
                self.step = self.operation.next(.attempted(attempt))
                if case .conflict = attempt {
                    environment.report(SessionMeasurement(.conflictRetry, 1))
                    try Task.checkCancellation()
                }
            case .perform(.enterQueue):
                let (queues, id) = (environment.writeQueues, live.record.id)
                return try await queues.withLock(
                    id,
                    orThrow: .storeUnavailable(
                        SessionStoreError.failedOthers, retryAfter: environment.configuration.retryAfter)
                ) {
                    self.step = self.operation.next(.enteredQueue(lastWritten: queues.lastWritten(id)))
                    let result = try await self.perform(live, by: driver, for: request, change)
                    if case .written(let record) = result { queues.leave(record, toNextOf: id) }
                    return result
                }
            case .perform(.wait(let longest)):
                let wait = environment.configuration.random.next() % UInt64(longest.wholeMilliseconds * 1_000)
                try await environment.configuration.clock.sleep(for: .microseconds(Int64(wait)))
                self.step = self.operation.next(.waited)
            case .perform(.load):
                self.step = self.operation.next(.loaded(try await driver.loadForUpdate(live)))
            case .finish(let result):
                return result
            case .failForContention:
                throw SessionError.contention(live.record.id, retryAfter: environment.configuration.retryAfter)
            }
        }
    }
}

extension BackendDriver {
    /// Changes the newest version of a session. The change is applied again to each newer one.
    func update(
        _ live: SessionState.LoadedSession,
        for request: SessionRequest,
        _ change: (inout SessionRecord) throws -> Void
    ) async throws -> UpdateResult {
        var compareAndSet = CompareAndSet(live.record, self.environment)
        return try await compareAndSet.perform(live, by: self, for: request, change)
    }
}
