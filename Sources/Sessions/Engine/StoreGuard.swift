//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What stands between the engine and whatever keeps its sessions: each call under its deadline, none while they keep
/// failing, and each failure a ``SessionError``.
struct StoreGuard: Sendable {
    let configuration: SessionConfiguration
    private let needsDeadline: Bool
    /// Nil: the store is always called.
    private let circuit: Circuit?

    init(needsDeadline: Bool, configuration: SessionConfiguration) {
        self.configuration = configuration
        self.needsDeadline = needsDeadline
        let breaker = configuration.circuitBreaker
        self.circuit = breaker.isOff ? nil : Circuit(breaker, clock: configuration.clock)
    }

    /// Calls the store.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`, or `CancellationError`. A ``SessionStoreError``
    ///   with the code `duplicate` or `corruptRecord` is about one record and passes as it is.
    func call<Result: Sendable>(_ operation: @escaping @Sendable () async throws -> Result) async throws -> Result {
        do {
            guard let circuit = self.circuit else { return try await self.callInTime(operation) }
            let admission = try circuit.admit()
            do {
                let result = try await self.callInTime(operation)
                circuit.note(.answers, of: admission)
                return result
            } catch {
                circuit.note(Self.finding(of: error), of: admission)
                throw error
            }
        } catch let error as CancellationError {
            throw error
        } catch let error as SessionError {
            throw error
        } catch let error as SessionStoreError where error.code == .duplicate || error.code == .corruptRecord {
            throw error
        } catch {
            throw SessionError.storeUnavailable(error, retryAfter: self.configuration.retryAfter)
        }
    }

    /// Calls the store about one record; a record that cannot be read is then a store that fails.
    func about<Result: Sendable>(_ operation: @escaping @Sendable () async throws -> Result) async throws -> Result {
        do {
            return try await self.call(operation)
        } catch let error as SessionStoreError {
            throw SessionError.storeUnavailable(error, retryAfter: self.configuration.retryAfter)
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

    private static func finding(of error: any Error) -> CircuitState.Finding {
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
    /// Whether the store did its work, and the record is what is wrong.
    fileprivate var isAboutOneRecord: Bool {
        [.duplicate, .corruptRecord, .newerRecord].contains(self.code)
    }
}
