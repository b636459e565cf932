//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Foundation
import GRDB
import Sessions

/// Opens the file of a store. An unusable file is rejected before anything is written to it.
package enum SQLiteSessionFile {
    /// "SwSe", the application id in the file's header, which identifies the file's owner.
    package static let applicationID: Int32 = 0x5377_5365

    /// The schema as a list of migrations. The file's `user_version` is the number of migrations that were run.
    static let migrations = [
        """
        CREATE TABLE sessions (
            id BLOB NOT NULL PRIMARY KEY,
            version_counter INTEGER NOT NULL,
            version_tag INTEGER NOT NULL,
            last_accessed_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            absolute_expires_at INTEGER NOT NULL,
            subject BLOB,
            record BLOB
        );
        CREATE INDEX sessions_by_expiry ON sessions (min(expires_at, absolute_expires_at));
        """
    ]

    /// The schema version of this release.
    package static var currentVersion: Int { self.migrations.count }

    /// Indexes that speed up queries and change no result. They need no schema version: a server of an older version
    /// works with a file that has them, and this version works with the older index until the new one exists.
    static let indexes = """
        CREATE INDEX IF NOT EXISTS sessions_by_subject ON sessions (subject) WHERE subject IS NOT NULL;
        DROP INDEX IF EXISTS sessions_by_subject_and_id;
        """

    /// The part of the file that only logouts and sweeps may use.
    static let reservedByteCount = 1 << 20

    static func open(path: String, configuration: SQLiteStoreConfiguration) throws -> DatabasePool {
        guard !path.isEmpty, path != ":memory:" else {
            throw self.unusable(path, "it is no file: give a path, or use MemorySessionStore")
        }
        if let size = configuration.maximumFileSize, size < 4 * self.reservedByteCount {
            throw self.unusable(path, "maximumFileSize is \(size) bytes: give at least 4 MiB (4194304), or nil")
        }
        return try self.opening(path) {
            try self.inspect(path, configuration)
            let pool = try DatabasePool(path: path, configuration: self.connection(configuration))
            try pool.writeWithoutTransaction { db in try self.migrate(db, path: path) }
            return pool
        }
    }

    /// Opens the connections for reads on the calling thread, to a file that ``open(path:configuration:)`` has opened.
    static func readers(path: String, configuration: SQLiteStoreConfiguration) throws -> SQLiteReaders {
        try self.opening(path) {
            try SQLiteReaders(
                path: path,
                configuration: self.connection(configuration),
                count: max(1, configuration.maximumReaderCount),
                pause: SlowCallPause(limit: configuration.slowCallLimit)
            )
        }
    }

    /// Runs what opens connections.
    ///
    /// SQLite gives up after 100 attempts to lock the log, about 10 seconds, as when many processes open a file at
    /// once. That says nothing about the file, so it is tried three times.
    static func opening<Connections>(_ path: String, _ open: () throws -> Connections) throws -> Connections {
        var attempts = 1
        while true {
            do {
                return try open()
            } catch let error as DatabaseError {
                guard error.resultCode == .SQLITE_PROTOCOL, attempts < 3 else {
                    throw self.unusable(path, self.reason(of: error), underlying: error)
                }
                attempts += 1
            }
        }
    }

    /// Whether no connection of any process has the file open. If so, no log remains beside it.
    ///
    /// It waits for a moment, because a connection that is being closed may still run its last statement.
    static func isOpenNowhere(path: String) -> Bool {
        for _ in 0..<50 {
            if self.leavesLog(path: path) { return true }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return false
    }

    private static func leavesLog(path: String) -> Bool {
        let mode = try? DatabaseQueue(path: path).writeWithoutTransaction { db in
            // Only the last open connection may leave WAL mode.
            try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
        }
        return mode == "delete"
    }

    private static func connection(_ configuration: SQLiteStoreConfiguration) -> Configuration {
        var connection = Configuration()
        connection.label = "swift-sessions"
        connection.busyMode = SQLiteBusyMode.waiting(atMost: configuration.busyTimeout)
        connection.maximumReaderCount = max(1, configuration.maximumReaderCount)
        connection.prepareDatabase { db in
            // The log is truncated after a long reader let it grow. Removed data is overwritten only where this writes
            // no additional pages: some builds of SQLite write all of them, which can exceed the space of a full disk.
            try db.execute(
                sql: """
                    PRAGMA synchronous = NORMAL;
                    PRAGMA journal_size_limit = 67108864;
                    PRAGMA secure_delete = FAST;
                    """
            )
        }
        return connection
    }

    /// Checks an existing file through a read-only connection. Creates a private file if there is none.
    private static func inspect(_ path: String, _ configuration: SQLiteStoreConfiguration) throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let attributes else {
            // Values are private: only the owner of the process may read them.
            guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw self.unusable(path, "it cannot be made: check that its folder exists and can be written to") }
            return
        }
        guard attributes[.size] as? UInt64 ?? 0 > 0 else { return }
        var connection = self.connection(configuration)
        connection.readonly = true
        do {
            try self.inspect(try DatabaseQueue(path: path, configuration: connection), path: path, configuration)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            // The file is opened only now, because closing it releases the locks that this process has on it.
            guard let handle = FileHandle(forReadingAtPath: path) else { throw error }
            defer { try? handle.close() }
            guard try handle.read(upToCount: 16) == Data("SQLite format 3\0".utf8) else {
                throw self.unusable(path, "it is not an SQLite database: give another path, or move the file away")
            }
            throw error
        }
    }

    private static func inspect(_ file: DatabaseQueue, path: String, _ configuration: SQLiteStoreConfiguration) throws {
        try file.read { db in
            try self.checkOwner(db, path: path)
            guard configuration.checksIntegrity else { return }
            let report = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
            guard report == "ok" else {
                throw self.unusable(path, "it is damaged (\(report)): restore a backup, or move the file away")
            }
        }
    }

    /// - Throws: An error when the file belongs to another application or a newer version.
    private static func checkOwner(_ db: Database, path: String) throws {
        let owner = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if owner != self.applicationID {
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            guard owner == 0, tables == 0 else {
                throw self.unusable(path, "it belongs to another application: sessions need a file of their own")
            }
        } else if version > self.migrations.count {
            throw self.unusable(
                path,
                """
                it has schema version \(version), written by a newer version of swift-sessions; this one knows up to \
                \(self.migrations.count): update this server
                """
            )
        }
    }

    /// Migrates the schema in one transaction. If several processes start at once, one migrates.
    private static func migrate(_ db: Database, path: String) throws {
        try db.inTransaction(.immediate) {
            try self.checkOwner(db, path: path)
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            if version < self.migrations.count {
                for migration in self.migrations[version...] { try db.execute(sql: migration) }
                try db.execute(sql: "PRAGMA application_id = \(self.applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(self.migrations.count)")
            }
            try db.execute(sql: self.indexes)
            return .commit
        }
    }

    private static func reason(of error: DatabaseError) -> String {
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT: "it is damaged: restore a backup, or move the file away"
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY:
            "it or its folder cannot be written to: check permissions"
        case .SQLITE_BUSY, .SQLITE_PROTOCOL: "other processes kept it locked"
        case .SQLITE_FULL: "the disk is full: free some space"
        default: "SQLite refused it"
        }
    }

    private static func unusable(
        _ path: String,
        _ reason: String,
        underlying: (any Error)? = nil
    ) -> SessionStoreError {
        SessionStoreError(
            .unusable,
            "The session file \"\(path)\" cannot be used: \(reason). It was left as it is.",
            underlying: underlying
        )
    }
}
#endif
