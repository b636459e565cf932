//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import GRDB
public import Logging
public import Sessions

/// Sessions in an SQLite file: the embedded store that survives restarts.
///
/// ```swift
/// let store = try SQLiteSessionStore(path: "sessions.sqlite")
/// let engine = try SessionEngine(.stored(in: store))
/// ```
///
/// The file is in WAL mode. Reads run in parallel with each other and with the one writer. Writes that arrive during a
/// commit share the next one. The engine reads and changes sessions on the calling thread, as long as no call there
/// waits for the disk or for another one, and moves to other threads after a slow call
/// (``SQLiteStoreConfiguration/slowCallLimit``). Several processes on one machine may share the file. A file that
/// belongs to another application, is damaged, or was written by a newer version is rejected and left unchanged.
///
/// If files are removed or replaced while the server runs, the store notices, logs it, and opens the files that are
/// there now. Calls fail while no usable file can be opened. No session is stored in a file that is gone.
///
/// Expired records stay until they are swept: run a `SessionSweeper`.
public final class SQLiteSessionStore: Sendable {
    private let database: SQLiteSessionDatabase
    let endings = SQLiteEndings()

    /// Opens a file, or creates one that only its owner may read.
    ///
    /// - Parameters:
    ///   - path: The path of the file. Its folder must exist and be writable. SQLite keeps two more files beside it,
    ///     whose names end with `-wal` and `-shm`: back up all three, or use SQLite's own backup.
    ///   - configuration: The options of the store. The default is the default configuration.
    ///   - logger: Logs removed and replaced files. The default is a logger with the label `swift-sessions`.
    /// - Throws: `SessionStoreError` with the code `unusable` when the file is unusable. It is left unchanged.
    public init(
        path: String,
        configuration: SQLiteStoreConfiguration = SQLiteStoreConfiguration(),
        logger: Logger = Logger(label: "swift-sessions")
    ) throws {
        self.database = try SQLiteSessionDatabase(path: path, configuration: configuration, logger: logger)
    }

    /// The connections to the file, for tests.
    var pool: DatabasePool {
        get throws { try self.database.pool }
    }

    /// Reads without an explicit transaction: one statement reads one snapshot of the file.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await self.translatingErrors {
            try await self.database.perform(isRepeatable: true) { try await $0.pool.unsafeRead(body) }
        }
    }

    /// The change counter of the file, as the connection that writes sees it: it counts the changes of others.
    func dataVersion() async throws -> SQLiteDataVersion {
        try await self.translatingErrors {
            try await self.database.perform(isRepeatable: true) { connection in
                let number = try await connection.pool.writeWithoutTransaction { db in
                    try Int64.fetchOne(db, sql: "PRAGMA data_version")
                }
                return SQLiteDataVersion(connection: ObjectIdentifier(connection), number: number ?? 0)
            }
        }
    }

    /// Writes in a transaction that it may share with other writes.
    func write<Value: Sendable>(
        _ kind: SQLiteWriteKind = .change,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await self.translatingErrors {
            try await self.database.perform(isRepeatable: false) { try await $0.writer.write(kind, body) }
        }
    }

    private func translatingErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw SessionStoreError(error)
        } catch is SQLiteFilesChanged {
            throw SessionStoreError(.unavailable, "The session file was removed or replaced again and again.")
        }
    }
}

extension SQLiteSessionStore: SessionStore {
    public func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        try Self.result(of: try await self.read { try SQLiteSessionRow.fetch(id, now: now, from: $0) })
    }

    private static func result(of row: SQLiteSessionRow?) throws -> SessionLoadResult {
        switch row {
        case nil: .missing
        case .tombstone: .ended
        case .record(let stored): .found(try stored.decode())
        }
    }

    public func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets? {
        guard case .tombstone(let secrets) = try await self.read({ try SQLiteSessionRow.fetch(id, now: now, from: $0) })
        else { return nil }
        return secrets
    }

    public func create(_ record: SessionRecord, now: SessionInstant) async throws {
        let isCreated = try await self.write { try SQLiteSessionRow.insert(record, now: now, into: $0) }
        guard isCreated else { throw SessionStoreError.duplicate(record.id) }
    }

    public func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        let (isReplaced, row) = try await self.write { db -> (Bool, SQLiteSessionRow?) in
            guard try !SQLiteSessionRow.replace(with: record, ifVersion: version, now: now, in: db) else {
                return (true, nil)
            }
            return (false, try SQLiteSessionRow.fetch(record.id, now: now, from: db))
        }
        guard !isReplaced else { return .replaced }
        guard case .record(let stored) = row else { return .missing }
        // The write may have been made before, and its outcome lost.
        return stored.version == record.version ? .replaced : .conflict(try stored.decode())
    }

    public func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        try await self.write { try SQLiteSessionRow.touch(id, touch, now: now, in: $0) }
    }

    @discardableResult
    public func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        let hasEnded = try await self.write(.ending) { db in
            let arguments: StatementArguments = [
                "id": id.data, "until": tombstoneUntil.millisecondsSince1970, "now": now.millisecondsSince1970,
            ]
            try db.cachedStatement(sql: SQLiteSessionSQL.extending + " AND id = :id").execute(arguments: arguments)
            try db.cachedStatement(sql: SQLiteSessionSQL.ending + " AND id = :id").execute(arguments: arguments)
            return db.changesCount > 0
        }
        if hasEnded { self.endings.observers.sessionMayHaveEnded(id) }
        return hasEnded
    }
}

/// Reads from the page cache, and writes that wait neither for the disk nor for other writes, need no other thread.
extension SQLiteSessionStore: SynchronousSessionStore {
    public func loadSynchronously(_ id: SessionID, now: SessionInstant) throws -> SessionLoadResult? {
        // Two optionals: nothing was read, or nothing is there.
        let row: SQLiteSessionRow?? = try self.database.readWithoutWaiting {
            try SQLiteSessionRow.fetch(id, now: now, from: $0)
        }
        guard let row else { return nil }
        return try Self.result(of: row)
    }

    public func replaceSynchronously(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) throws -> SessionReplaceResult? {
        let isReplaced = self.database.writeWithoutWaiting {
            try SQLiteSessionRow.replace(with: record, ifVersion: version, now: now, in: $0)
        }
        return isReplaced ? .replaced : nil
    }

    public func touchSynchronously(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) throws -> Bool? {
        self.database.writeWithoutWaiting { try SQLiteSessionRow.touch(id, touch, now: now, in: $0) } ? true : nil
    }
}
#endif
