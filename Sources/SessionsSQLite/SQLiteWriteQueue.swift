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

/// What a write is for.
enum SQLiteWriteKind: Sendable {
    case change
    /// The end of sessions. It frees space.
    case ending
    /// The removal of what is over. It frees space.
    case sweep
}

/// Commits writes in groups: those that come while a commit is under way share the next one, and its wait for the disk.
///
/// There is no task behind it: whoever finds the queue idle schedules its emptying on the writer connection of the
/// pool.
final class SQLiteWriteQueue: Sendable {
    private struct State {
        var pending: [any PendingWrite] = []
        var isEmptying = false
        var isSynchronousFull = false
        var maximumPageCount: Int?
    }

    /// The most writes in one transaction, so that other processes get their turn.
    private static let groupLimit = 128

    private let pool: DatabasePool
    private let configuration: SQLiteStoreConfiguration
    private let pageSize: Int
    private let files: SQLiteOpenFiles
    private let reserve: SQLiteReserve
    private let state = Mutex(State())

    init(
        pool: DatabasePool,
        configuration: SQLiteStoreConfiguration,
        pageSize: Int,
        files: SQLiteOpenFiles,
        reserve: SQLiteReserve
    ) {
        self.pool = pool
        self.configuration = configuration
        self.pageSize = max(512, pageSize)
        self.files = files
        self.reserve = reserve
    }

    /// Runs a write and returns once it is committed. It runs again, alone, when another of its group fails.
    ///
    /// The write is not given up when the calling task is cancelled: by then it may be committed.
    ///
    /// - Throws: `SQLiteFilesChanged` when the files are not those that were opened; nothing was written then.
    func write<Value: Sendable>(
        _ kind: SQLiteWriteKind,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        let durability =
            kind == .ending ? self.configuration.logoutDurability : self.configuration.durability
        return try await withCheckedThrowingContinuation { continuation in
            let write = BodyWrite(
                body: body,
                continuation: continuation,
                survivesMachine: durability.survivesMachine,
                freesSpace: kind != .change
            )
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
            for outcome in try self.run(group, db) { outcome() }
        } catch {
            guard group.count > 1 else { return group.forEach { self.repeatOnFullDisk($0, db, after: error) } }
            // One write must not fail for another's reason.
            for write in group { self.commit([write], db) }
        }
    }

    /// Runs a write that frees space once more, with the reserve. Others fail.
    private func repeatOnFullDisk(_ write: any PendingWrite, _ db: Database, after error: any Error) {
        guard write.freesSpace, (error as? DatabaseError)?.resultCode == .SQLITE_FULL else { return write.fail(error) }
        do {
            self.reserve.giveUp()
            // The log begins again from its beginning then, where it takes no new space.
            try db.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
            for outcome in try self.run([write], db) { outcome() }
        } catch {
            write.fail(error)
        }
    }

    /// Runs writes in one transaction, and returns what to do now that they are committed.
    private func run(_ group: [any PendingWrite], _ db: Database) throws -> [@Sendable () -> Void] {
        let freesSpace = group.allSatisfy(\.freesSpace)
        try self.setSynchronous(db, isFull: group.contains { $0.survivesMachine })
        try self.setMaximumSize(db, withReserve: freesSpace)
        guard freesSpace || self.reserve.isWhole() else {
            throw DatabaseError(resultCode: .SQLITE_FULL, message: "the space for logouts is not there")
        }
        var outcomes: [@Sendable () -> Void] = []
        try db.inTransaction(.immediate) {
            outcomes = try group.map { try $0.run(db) }
            // As late as possible: what is written to a file that was removed is lost.
            if self.files.change() != nil { throw SQLiteFilesChanged() }
            return .commit
        }
        return outcomes
    }

    private func setSynchronous(_ db: Database, isFull: Bool) throws {
        guard self.state.withLock({ $0.isSynchronousFull }) != isFull else { return }
        try db.execute(sql: "PRAGMA synchronous = \(isFull ? "FULL" : "NORMAL")")
        self.state.withLock { $0.isSynchronousFull = isFull }
    }

    private func setMaximumSize(_ db: Database, withReserve: Bool) throws {
        guard let size = self.configuration.maximumFileSize else { return }
        let count = (withReserve ? size : size - SQLiteSessionFile.reservedByteCount) / self.pageSize
        guard self.state.withLock({ $0.maximumPageCount }) != count else { return }
        // SQLite takes no more for more than it can count.
        try db.execute(sql: "PRAGMA max_page_count = \(min(count, 4_294_967_294))")
        self.state.withLock { $0.maximumPageCount = count }
    }
}

/// A write that waits for its turn.
private protocol PendingWrite: Sendable {
    /// Whether its commit must wait for the disk.
    var survivesMachine: Bool { get }
    /// Whether it frees more space than it takes.
    var freesSpace: Bool { get }
    /// Does the write, and answers what to do once it is committed.
    func run(_ db: Database) throws -> @Sendable () -> Void
    /// Says that it was not done.
    func fail(_ error: any Error)
}

private struct BodyWrite<Value: Sendable>: PendingWrite {
    let body: @Sendable (Database) throws -> Value
    let continuation: CheckedContinuation<Value, any Error>
    let survivesMachine: Bool
    let freesSpace: Bool

    func run(_ db: Database) throws -> @Sendable () -> Void {
        let value = try self.body(db)
        return { self.continuation.resume(returning: value) }
    }

    func fail(_ error: any Error) {
        self.continuation.resume(throwing: error)
    }
}
#endif
