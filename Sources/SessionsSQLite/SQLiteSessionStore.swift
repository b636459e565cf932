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
/// commit share the next one. Several processes on one machine may share the file. A file that belongs to another
/// application, is damaged, or was written by a newer version is rejected and left unchanged.
///
/// If files are removed or replaced while the server runs, the store notices, logs it, and opens the files that are
/// there now. Calls fail while no usable file can be opened. No session is stored in a file that is gone.
///
/// Expired records stay until they are swept: run a `SessionSweeper`.
public final class SQLiteSessionStore: Sendable {
    private let database: SQLiteSessionDatabase

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
        let isCreated = try await self.write { db in
            // Only an expired row may be overwritten: an expired record or an expired tombstone.
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO sessions (id, version_counter, version_tag, last_accessed_at, expires_at,
                        absolute_expires_at, subject, record)
                    VALUES (:id, :version_counter, :version_tag, :last_accessed_at, :expires_at,
                        :absolute_expires_at, :subject, :record)
                    ON CONFLICT (id) DO UPDATE SET version_counter = excluded.version_counter,
                        version_tag = excluded.version_tag, last_accessed_at = excluded.last_accessed_at,
                        expires_at = excluded.expires_at, absolute_expires_at = excluded.absolute_expires_at,
                        subject = excluded.subject, record = excluded.record
                    WHERE min(sessions.expires_at, sessions.absolute_expires_at) <= :now
                    """
            )
            try statement.execute(arguments: SQLiteSessionRow.arguments(of: record, now: now))
            return db.changesCount > 0
        }
        guard isCreated else { throw SessionStoreError.duplicate(record.id) }
    }

    public func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        let arguments = SQLiteSessionRow.arguments(of: record, now: now)
        let row = try await self.write { db -> SQLiteSessionRow? in
            let row = try SQLiteSessionRow.fetch(record.id, now: now, from: db)
            guard case .record(let stored) = row, stored.version == version else { return row }
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE sessions SET version_counter = :version_counter, version_tag = :version_tag,
                        last_accessed_at = :last_accessed_at, expires_at = :expires_at,
                        absolute_expires_at = :absolute_expires_at, subject = :subject, record = :record
                    WHERE id = :id AND :now IS NOT NULL
                    """
            )
            try statement.execute(arguments: arguments)
            return .record(SQLiteSessionRow.Stored(version: record.version, replaced: stored))
        }
        guard case .record(let stored) = row else { return .missing }
        return stored.version == record.version ? .replaced : .conflict(try stored.decode())
    }

    public func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        try await self.write { db in
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE sessions SET last_accessed_at = max(last_accessed_at, ?),
                        expires_at = max(expires_at, min(?, absolute_expires_at))
                    WHERE id = ? AND record IS NOT NULL AND min(expires_at, absolute_expires_at) > ?
                    """
            )
            try statement.execute(arguments: [
                touch.lastAccessedAt.millisecondsSince1970, touch.expiresAt.millisecondsSince1970, id.data,
                now.millisecondsSince1970,
            ])
            return db.changesCount > 0
        }
    }

    @discardableResult
    public func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        try await self.write(.ending) { db in
            let arguments: StatementArguments = [
                "id": id.data, "until": tombstoneUntil.millisecondsSince1970, "now": now.millisecondsSince1970,
            ]
            try db.cachedStatement(sql: SQLiteSessionSQL.extending + " AND id = :id").execute(arguments: arguments)
            try db.cachedStatement(sql: SQLiteSessionSQL.ending + " AND id = :id").execute(arguments: arguments)
            return db.changesCount > 0
        }
    }
}

/// Reads from the page cache need no other thread. Writes wait for their commit.
extension SQLiteSessionStore: SynchronousSessionStore {
    public var writesSynchronously: Bool { false }

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
    ) throws -> SessionReplaceResult? { nil }

    public func touchSynchronously(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) throws -> Bool? { nil }
}
#endif
