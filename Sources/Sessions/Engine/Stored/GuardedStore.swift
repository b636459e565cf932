//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store as the engine uses it: each call under its deadline, and each failure a ``SessionError``.
struct GuardedStore: Sendable {
    let store: any SessionStore
    let configuration: SessionConfiguration

    /// Calls the store.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`, or `CancellationError`. A ``SessionStoreError``
    ///   with the code `duplicate` or `corruptRecord` is about one record and passes as it is.
    func call<Result: Sendable>(
        _ operation: @escaping @Sendable (any SessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        do {
            guard store.needsDeadline else { return try await operation(store) }
            let deadline = self.configuration.storeDeadline
            return try await withDeadline(
                deadline,
                clock: self.configuration.clock,
                orThrow: { SessionStoreError.deadlineExceeded(deadline) }
            ) { try await operation(store) }
        } catch let error as CancellationError {
            throw error
        } catch let error as SessionStoreError where error.code == .duplicate || error.code == .corruptRecord {
            throw error
        } catch {
            throw SessionError.storeUnavailable(error, retryAfter: self.configuration.retryAfter)
        }
    }

    /// Calls the store about one record; a record that cannot be read is then a store that fails.
    func about<Result: Sendable>(
        _ operation: @escaping @Sendable (any SessionStore) async throws -> Result
    ) async throws -> Result {
        do {
            return try await self.call(operation)
        } catch let error as SessionStoreError {
            throw SessionError.storeUnavailable(error, retryAfter: self.configuration.retryAfter)
        }
    }
}
