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

/// What requests call all the time: a store that needs no deadline is called without a closure that must be kept, which
/// is most of what a call of such a store would cost.
extension GuardedStore {
    /// - Throws: As ``call(_:)``.
    func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        guard self.guardian.needsDeadline else {
            return try await self.guardian.callWithoutDeadline { try await self.store.load(id, now: now) }
        }
        return try await self.call { try await $0.load(id, now: now) }
    }

    /// - Throws: As ``about(_:)``.
    func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) async throws -> SessionReplaceResult {
        try await self.guardian.aboutOneRecord {
            guard self.guardian.needsDeadline else {
                return try await self.guardian.callWithoutDeadline {
                    try await self.store.replace(record, ifVersion: version, now: now)
                }
            }
            return try await self.call { try await $0.replace(record, ifVersion: version, now: now) }
        }
    }
}
