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

/// The purpose of a write.
enum SQLiteWriteKind: Sendable {
    case change
    /// Ends sessions. It frees space.
    case ending
    /// Removes expired rows. It frees space.
    case sweep
}

/// Commits writes in groups: writes that arrive during a commit share the next one, and its wait for the disk.
///
/// No task runs it: the call that finds the queue idle schedules the draining on the writer connection of the pool.
final class SQLiteWriteQueue: Sendable {
    private struct State {
        var pending: [any PendingWrite] = []
        /// Whether a thread uses the writer connection, or is about to.
        var isBusy = false
        var isSynchronousFull = false
        var maximumPageCount: Int?

        /// Takes the writer connection.
        ///
        /// - Returns: False if a thread has it.
        mutating func begin() -> Bool {
            defer { self.isBusy = true }
            return !self.isBusy
        }
    }

    /// The maximum number of writes in one transaction, so that other processes can write in between.
    private static let groupLimit = 128

    private let pool: DatabasePool
    private let configuration: SQLiteStoreConfiguration
    private let pageSize: Int
    private let files: SQLiteOpenFiles
    private let reserve: SQLiteReserve
    private let log = SQLiteLog()
    private let pause: SlowCallPause
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
        self.pause = SlowCallPause(limit: configuration.slowCallLimit)
        pool.writeWithoutTransaction { self.log.observe($0) }
    }

    /// Runs a write and returns after its commit. The write runs again, alone, if another one of its group fails.
    ///
    /// The write continues when the calling task is cancelled, because it may already be committed.
    ///
    /// - Throws: `SQLiteFilesChanged` when the files are not the ones that were opened. Nothing was written then.
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
                return state.begin()
            }
            if isIdle { self.pool.asyncWriteWithoutTransaction { self.drain($0) } }
        }
    }

    /// Runs a write of one statement on the calling thread.
    ///
    /// - Parameter statement: Returns whether it changed the row.
    /// - Returns: False when ``write(_:_:)`` must do it: it could wait for another write, the disk or another process,
    ///   it changed nothing, or it failed.
    func writeWithoutWaiting(_ statement: (Database) throws -> Bool) -> Bool {
        guard !self.configuration.durability.survivesMachine, self.log.commitsWithoutWaiting, self.reserve.isReady
        else { return false }
        return self.pause.measure {
            guard self.state.withLock({ $0.begin() }) else { return nil }
            defer { self.finish() }
            return self.pool.writeWithoutTransaction { db in
                SQLiteBusyMode.$failsAtOnce.withValue(true) {
                    guard (try? self.setSynchronous(db, isFull: false)) != nil,
                        (try? self.setMaximumSize(db, withReserve: false)) != nil
                    else { return false }
                    // What is written to a removed file is lost, and is written again.
                    return (try? statement(db)) == true && self.files.change() == nil
                }
            }
        } ?? false
    }

    /// Releases the writer connection, unless something is pending.
    private func finish() {
        let isIdle = self.state.withLock { state in
            state.isBusy = !state.pending.isEmpty || self.log.isCheckpointDue
            return !state.isBusy
        }
        if !isIdle { self.pool.asyncWriteWithoutTransaction { self.drain($0) } }
    }

    /// Runs on the writer connection until nothing is pending.
    private func drain(_ db: Database) {
        while true {
            self.log.checkpointIfDue(db)
            let group = self.state.withLock { state -> [any PendingWrite] in
                let group = Array(state.pending.prefix(Self.groupLimit))
                state.pending.removeFirst(group.count)
                if group.isEmpty { state.isBusy = false }
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
            // A write must not fail because of another one.
            for write in group { self.commit([write], db) }
        }
    }

    /// Repeats a write that frees space, using the reserve. Other writes fail.
    private func repeatOnFullDisk(_ write: any PendingWrite, _ db: Database, after error: any Error) {
        guard write.freesSpace, (error as? DatabaseError)?.resultCode == .SQLITE_FULL else { return write.fail(error) }
        do {
            self.reserve.giveUp()
            // This restarts the log from its beginning, where it needs no new space.
            try db.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
            for outcome in try self.run([write], db) { outcome() }
        } catch {
            write.fail(error)
        }
    }

    /// Runs writes in one transaction. Returns what to do after the commit.
    private func run(_ group: [any PendingWrite], _ db: Database) throws -> [@Sendable () -> Void] {
        let freesSpace = group.allSatisfy(\.freesSpace)
        try self.setSynchronous(db, isFull: group.contains { $0.survivesMachine })
        try self.setMaximumSize(db, withReserve: freesSpace)
        guard freesSpace || self.reserve.isWhole() else {
            throw DatabaseError(resultCode: .SQLITE_FULL, message: "the disk space reserved for logouts is missing")
        }
        var outcomes: [@Sendable () -> Void] = []
        try db.inTransaction(.immediate) {
            outcomes = try group.map { try $0.run(db) }
            // The check is as late as possible, because data that is written to a removed file is lost.
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
        // SQLite rejects a larger number.
        try db.execute(sql: "PRAGMA max_page_count = \(min(count, 4_294_967_294))")
        self.state.withLock { $0.maximumPageCount = count }
    }
}

/// A pending write.
private protocol PendingWrite: Sendable {
    /// Whether its commit must wait for the disk.
    var survivesMachine: Bool { get }
    /// Whether it frees more space than it takes.
    var freesSpace: Bool { get }
    /// Performs the write. Returns what to do after the commit.
    func run(_ db: Database) throws -> @Sendable () -> Void
    /// Reports that the write was not performed.
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
