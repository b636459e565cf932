//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store with the engine's call policy.
final class ResilientStore: Sendable {
    /// A reference to a store, which is cheaper to copy than an optional store ("memory: counter").
    private final class SynchronousPath: Sendable {
        let store: any SynchronousSessionStore

        init(_ store: any SynchronousSessionStore) { self.store = store }
    }

    let store: any SessionStore
    /// The store, if it can respond synchronously.
    private let synchronous: SynchronousPath?
    private let callPolicy: StoreCallPolicy

    init(store: any SessionStore, _ environment: EngineEnvironment) {
        self.store = store
        let synchronous = store as? any SynchronousSessionStore
        self.synchronous = synchronous.map { SynchronousPath($0) }
        self.writesSynchronously = synchronous?.writesSynchronously ?? false
        self.loadsMayLag = synchronous?.loadsMayLag ?? false
        self.callPolicy = StoreCallPolicy(
            needsDeadline: store.needsDeadline,
            environment,
            failureDomain: { store.failureDomain(of: $0) }
        )
    }

    /// Whether the store can write synchronously.
    let writesSynchronously: Bool

    /// Whether a synchronous load may return a record that another process has changed.
    let loadsMayLag: Bool

    var environment: EngineEnvironment { self.callPolicy.environment }
    var configuration: SessionConfiguration { self.environment.configuration }

    /// Calls the store synchronously.
    ///
    /// - Returns: Nil when an asynchronous call is needed.
    /// - Throws: What ``perform(_:_:)`` throws.
    func performWithoutWaiting<Result>(
        _ operation: (any SynchronousSessionStore) throws -> Result?
    ) throws -> Result? {
        guard let path = self.synchronous else { return nil }
        return try self.callPolicy.translatingErrors { try operation(path.store) }
    }

    /// Calls the store synchronously about one record.
    ///
    /// - Returns: Nil when an asynchronous call is needed.
    /// - Throws: What ``performForRecord(_:_:)`` throws.
    func performForRecordWithoutWaiting<Result>(
        _ operation: (any SynchronousSessionStore) throws -> Result?
    ) throws -> Result? {
        do {
            return try self.performWithoutWaiting(operation)
        } catch let error as SessionStoreError {
            throw self.callPolicy.error(error)
        }
    }

    /// Calls the store.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`, or `CancellationError`. A ``SessionStoreError``
    ///   with the code `duplicate`, `corruptRecord` or `invalidCursor` concerns the caller and is rethrown.
    func perform<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable (any SessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.callPolicy.perform(call) { try await operation(store) }
    }

    /// Calls the store about one record. A record that cannot be read counts as a store failure.
    func performForRecord<Result: Sendable>(
        _ call: StoreCall,
        _ operation: @escaping @Sendable (any SessionStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await self.callPolicy.performForRecord(call) { try await operation(store) }
    }
}

extension ResilientStore: CustomReflectable {
    /// The store may contain a password, so it is never printed.
    var customMirror: Mirror { Mirror(self, children: []) }
}
