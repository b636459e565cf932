//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import GRDB
import Sessions
import Synchronization

/// Commits writes in groups: those that come while a commit is under way share the next one, and its wait for the disk.
///
/// There is no task behind it: whoever finds the queue idle schedules its emptying on the writer connection of the
/// pool.
final class SQLiteWriteQueue: Sendable {
    private struct State {
        var pending: [any PendingWrite] = []
        var isEmptying = false
        var isSynchronousFull = false
    }

    /// The most writes in one transaction, so that other processes get their turn.
    private static let groupLimit = 128

    private let pool: DatabasePool
    private let configuration: SQLiteStoreConfiguration
    private let state = Mutex(State())

    init(pool: DatabasePool, configuration: SQLiteStoreConfiguration) {
        self.pool = pool
        self.configuration = configuration
    }

    /// Runs a write and returns once it is committed. It runs again, alone, when another of its group fails.
    ///
    /// The write is not given up when the calling task is cancelled: by then it may be committed.
    func write<Value: Sendable>(
        isEnding: Bool,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        let survivesMachine = (isEnding ? self.configuration.endingDurability : self.configuration.durability)
            .survivesMachine
        return try await withCheckedThrowingContinuation { continuation in
            let write = BodyWrite(body: body, continuation: continuation, survivesMachine: survivesMachine)
            let isIdle = self.state.withLock { state in
                state.pending.append(write)
                defer { state.isEmptying = true }
                return !state.isEmptying
            }
            if isIdle { self.pool.asyncWriteWithoutTransaction { self.empty($0) } }
        }
    }

    /// Runs on the writer connection until nothing is pending.
    private func empty(_ db: Database) {
        while true {
            let group = self.state.withLock { state -> [any PendingWrite] in
                let group = Array(state.pending.prefix(Self.groupLimit))
                state.pending.removeFirst(group.count)
                if group.isEmpty { state.isEmptying = false }
                return group
            }
            if group.isEmpty { return }
            self.commit(group, db)
        }
    }

    private func commit(_ group: [any PendingWrite], _ db: Database) {
        do {
            try self.setSynchronous(db, isFull: group.contains { $0.survivesMachine })
            var outcomes: [@Sendable () -> Void] = []
            try db.inTransaction(.immediate) {
                outcomes = try group.map { try $0.run(db) }
                return .commit
            }
            for outcome in outcomes { outcome() }
        } catch {
            guard group.count > 1 else { return group.forEach { $0.fail(error) } }
            // One write must not fail for another's reason.
            for write in group { self.commit([write], db) }
        }
    }

    private func setSynchronous(_ db: Database, isFull: Bool) throws {
        guard self.state.withLock({ $0.isSynchronousFull }) != isFull else { return }
        try db.execute(sql: "PRAGMA synchronous = \(isFull ? "FULL" : "NORMAL")")
        self.state.withLock { $0.isSynchronousFull = isFull }
    }
}

/// A write that waits for its turn.
private protocol PendingWrite: Sendable {
    /// Whether its commit must wait for the disk.
    var survivesMachine: Bool { get }
    /// Does the write, and answers what to do once it is committed.
    func run(_ db: Database) throws -> @Sendable () -> Void
    /// Says that it was not done.
    func fail(_ error: any Error)
}

private struct BodyWrite<Value: Sendable>: PendingWrite {
    let body: @Sendable (Database) throws -> Value
    let continuation: CheckedContinuation<Value, any Error>
    let survivesMachine: Bool

    func run(_ db: Database) throws -> @Sendable () -> Void {
        let value = try self.body(db)
        return { self.continuation.resume(returning: value) }
    }

    func fail(_ error: any Error) {
        self.continuation.resume(throwing: error)
    }
}
#endif
