//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store as the engine uses it, behind its guard.
final class ResilientStore: Sendable {
    let store: any SessionStore
    /// The store, if nothing it does ever waits or fails, so that it needs no guard.
    let immediate: (any ImmediateSessionStore)?
    private let callPolicy: StoreCallPolicy

    init(store: any SessionStore, configuration: SessionConfiguration) {
        self.store = store
        self.immediate = store as? any ImmediateSessionStore
        self.callPolicy = StoreCallPolicy(
            needsDeadline: store.needsDeadline,
            configuration: configuration,
            failureDomain: { store.failureDomain(of: $0) }
        )
    }

    var configuration: SessionConfiguration { self.callPolicy.configuration }

    /// Calls the store.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`, or `CancellationError`. A ``SessionStoreError``
    ///   with the code `duplicate`, `corruptRecord` or `invalidCursor` is the caller's matter and passes as it is.
    func call<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable (any SessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.callPolicy.call(call) { try await operation(store) }
    }

    /// Calls the store about one record; a record that cannot be read is then a store that fails.
    func about<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable (any SessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.callPolicy.about(call) { try await operation(store) }
    }
}

extension ResilientStore: CustomReflectable {
    /// Whatever stores it, what a store knows, such as a password, is not shown.
    var customMirror: Mirror { Mirror(self, children: []) }
}
