//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store as the engine uses it, behind its guard.
final class GuardedStore: Sendable {
    let store: any SessionStore
    /// The store, if nothing it does ever waits or fails, so that it needs no guard.
    let immediate: (any ImmediateSessionStore)?
    private let guardian: StoreGuard

    init(store: any SessionStore, configuration: SessionConfiguration) {
        self.store = store
        self.immediate = store as? any ImmediateSessionStore
        self.guardian = StoreGuard(needsDeadline: store.needsDeadline, configuration: configuration)
    }

    var configuration: SessionConfiguration { self.guardian.configuration }

    /// Calls the store.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`, or `CancellationError`. A ``SessionStoreError``
    ///   with the code `duplicate` or `corruptRecord` is about one record and passes as it is.
    func call<Result: Sendable>(
        _ operation: @escaping @Sendable (any SessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.guardian.call { try await operation(store) }
    }

    /// Calls the store about one record; a record that cannot be read is then a store that fails.
    func about<Result: Sendable>(
        _ operation: @escaping @Sendable (any SessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.guardian.about { try await operation(store) }
    }
}
