//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The policy of calls to a store: each has a deadline, parts that keep failing are not called, and each failure
/// becomes a ``SessionError``.
struct StoreCallPolicy: Sendable {
    let environment: EngineEnvironment
    private let needsDeadline: Bool
    /// The failure domain of a session.
    private let failureDomain: @Sendable (SessionID) -> Int
    /// Nil if there is no circuit breaker.
    private let circuits: CircuitBreakerBoard?

    init(
        needsDeadline: Bool,
        _ environment: EngineEnvironment,
        failureDomain: @escaping @Sendable (SessionID) -> Int = { _ in 0 }
    ) {
        self.environment = environment
        self.needsDeadline = needsDeadline
        self.failureDomain = failureDomain
        let configuration = environment.configuration
        let breaker = configuration.circuitBreaker
        self.circuits =
            breaker.isOff
            ? nil
            : CircuitBreakerBoard(breaker, clock: configuration.clock) { kind, openCount in
                environment.report(SessionMeasurement(.openCircuits, Double(openCount), operation: kind.operation))
            }
    }

    /// Calls the store.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`, or `CancellationError`. A ``SessionStoreError``
    ///   with the code `duplicate`, `corruptRecord` or `invalidCursor` concerns the caller and is rethrown.
    func perform<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        do {
            guard self.environment.measures else { return try await self.admitted(call, operation) }
            return try await self.measured(call) { try await self.admitted(call, operation) }
        } catch {
            throw self.translated(error)
        }
    }

    /// Reports how long a call takes, and how it ends.
    private func measured<Result>(_ call: StoreCall, _ body: () async throws -> Result) async throws -> Result {
        let start = ContinuousClock.now
        func report(_ outcome: SessionMeasurement.Outcome) {
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            self.environment.report(
                SessionMeasurement(.storeCall, seconds, operation: call.kind.operation, outcome: outcome))
        }
        do {
            let result = try await body()
            report(.success)
            return result
        } catch {
            report(SessionMeasurement.Outcome(error))
            throw error
        }
    }

    /// Calls the store unless its circuit breaker rejects the call.
    private func admitted<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        guard let circuit = self.circuits?.circuit(of: call.kind, in: call.id.map(self.failureDomain) ?? 0) else {
            return try await self.callInTime(operation)
        }
        guard call.kind != .listing else {
            guard !circuit.isOpen else { throw SessionStoreError.circuitOpen }
            return try await self.callInTime(operation)
        }
        let admission = try circuit.admit()
        do {
            let result = try await self.callInTime(operation)
            circuit.record(.success, of: admission)
            return result
        } catch {
            circuit.record(Self.outcome(of: error), of: admission)
            throw error
        }
    }

    /// Runs a call that needs neither a deadline nor a circuit breaker.
    ///
    /// - Throws: What ``perform(_:_:)`` throws.
    func translatingErrors<Result>(_ operation: () throws -> Result) throws -> Result {
        do {
            return try operation()
        } catch {
            throw self.translated(error)
        }
    }

    private func translated(_ error: any Error) -> any Error {
        switch error {
        case is CancellationError, is SessionError: error
        case let error as SessionStoreError where error.isForCaller: error
        default: SessionError.storeUnavailable(error, retryAfter: self.environment.configuration.retryAfter)
        }
    }

    /// Converts an error for the caller in a call about one record.
    func error(_ error: SessionStoreError) -> SessionError {
        error.code == .invalidCursor
            ? .invalidCursor : .storeUnavailable(error, retryAfter: self.environment.configuration.retryAfter)
    }

    /// Calls the store about one record, or for a page of them. A record that cannot be read counts as a store failure.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable` or `invalidCursor`, or `CancellationError`.
    func performForRecord<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        do {
            return try await self.perform(call, operation)
        } catch let error as SessionStoreError {
            throw self.error(error)
        }
    }

    private func callInTime<Result: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let deadline = self.environment.configuration.storeDeadline
        guard self.needsDeadline else {
            return try await SessionStoreDeadline.with(.now + deadline, operation)
        }
        return try await withDeadline(
            deadline,
            clock: self.environment.configuration.clock,
            orThrow: { SessionStoreError.deadlineExceeded(deadline) },
            operation
        )
    }

    private static func outcome(of error: any Error) -> CircuitBreakerState.CallOutcome {
        switch error {
        case is CancellationError: .ignored
        case let error as SessionStoreError where error.isAboutOneRecord: .success
        // An error of the application, before the store was called.
        case is SessionError: .success
        default: .failure
        }
    }
}

extension SessionStoreError {
    /// Whether the store works, and the error is about one record or one query.
    var isAboutOneRecord: Bool {
        [.duplicate, .corruptRecord, .newerRecord, .recordBusy, .invalidCursor].contains(self.code)
    }

    /// Whether the error concerns the caller, and not the health of the store.
    fileprivate var isForCaller: Bool {
        [.duplicate, .corruptRecord, .invalidCursor].contains(self.code)
    }
}
