//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What is between the engine and whatever keeps its sessions: each call under its deadline, none to a part that keeps
/// failing, and each failure a ``SessionError``.
struct StoreCallPolicy: Sendable {
    private let environment: EngineEnvironment
    private let needsDeadline: Bool
    /// Which part of the store answers for a session.
    private let failureDomain: @Sendable (SessionID) -> Int
    /// Nil: the store is always called.
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
        self.circuits = breaker.isOff ? nil : CircuitBreakerBoard(breaker, clock: configuration.clock)
    }

    var configuration: SessionConfiguration { self.environment.configuration }

    /// Calls the store.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`, or `CancellationError`. A ``SessionStoreError``
    ///   with the code `duplicate`, `corruptRecord` or `invalidCursor` is the caller's matter and passes as it is.
    func call<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        do {
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
                circuit.note(.answers, of: admission)
                return result
            } catch {
                circuit.note(Self.finding(of: error), of: admission)
                throw error
            }
        } catch {
            throw self.translated(error)
        }
    }

    /// Runs a call that needs neither a deadline nor a circuit breaker.
    ///
    /// - Throws: What ``call(_:_:)`` throws.
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
        default: SessionError.storeUnavailable(error, retryAfter: self.configuration.retryAfter)
        }
    }

    /// What an error that is for the caller becomes in a call about one record.
    func error(_ error: SessionStoreError) -> SessionError {
        error.code == .invalidCursor
            ? .invalidCursor : .storeUnavailable(error, retryAfter: self.configuration.retryAfter)
    }

    /// Calls the store about one record, or for a page of them; a record that cannot be read is then a store that
    /// fails.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable` or `invalidCursor`, or `CancellationError`.
    func about<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        do {
            return try await self.call(call, operation)
        } catch let error as SessionStoreError {
            throw self.error(error)
        }
    }

    private func callInTime<Result: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let deadline = self.configuration.storeDeadline
        guard self.needsDeadline else {
            return try await SessionStoreDeadline.with(.now + deadline, operation)
        }
        return try await withDeadline(
            deadline,
            clock: self.configuration.clock,
            orThrow: { SessionStoreError.deadlineExceeded(deadline) },
            operation
        )
    }

    private static func finding(of error: any Error) -> CircuitBreakerState.Finding {
        switch error {
        case is CancellationError: .unknown
        case let error as SessionStoreError where error.isAboutOneRecord: .answers
        // The application's own doing, before anything was asked.
        case is SessionError: .answers
        default: .fails
        }
    }
}

extension SessionStoreError {
    /// Whether the store did its work, and one record or one question is what is wrong.
    fileprivate var isAboutOneRecord: Bool {
        [.duplicate, .corruptRecord, .newerRecord, .recordBusy, .invalidCursor].contains(self.code)
    }

    /// Whether it is a matter of the caller, and not of a store that is down.
    fileprivate var isForCaller: Bool {
        [.duplicate, .corruptRecord, .invalidCursor].contains(self.code)
    }
}
