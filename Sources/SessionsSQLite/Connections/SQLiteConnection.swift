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

/// An open database: its connections, its write queue, and the files that it was opened from.
final class SQLiteConnection: Sendable {
    let pool: DatabasePool
    /// The connections for reads on the calling thread.
    let readers: SQLiteReaders
    let writer: SQLiteWriteQueue
    let files: SQLiteOpenFiles

    /// - Throws: ``SessionStoreError`` with the code `unusable`.
    init(path: String, configuration: SQLiteStoreConfiguration, reserve: SQLiteReserve) throws {
        let pool = try SQLiteSessionFile.open(path: path, configuration: configuration)
        let pageSize = try pool.read { try Int.fetchOne($0, sql: "PRAGMA page_size") } ?? 4096
        let files = SQLiteOpenFiles(path: path)
        self.pool = pool
        do {
            self.readers = try SQLiteSessionFile.readers(path: path, configuration: configuration)
        } catch {
            try? pool.close()
            throw error
        }
        self.files = files
        self.writer = SQLiteWriteQueue(
            pool: pool,
            configuration: configuration,
            pageSize: pageSize,
            files: files,
            reserve: reserve
        )
    }

    /// Whether a file that became shorter is complete, as after a VACUUM by another program.
    func isWhole() -> Bool {
        let byteCount = try? self.pool.read { db in
            (try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? .max)
                .multipliedReportingOverflow(by: try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 1)
        }
        guard let byteCount, !byteCount.overflow else { return false }
        return self.files.acceptSize(ofPages: byteCount.partialValue)
    }

    /// Closes the database after a change of its files, and saves the data that is only in its log.
    func close(after change: SQLiteFileChange) {
        self.readers.close()
        // Not if another process has begun a new log: the two logs would share one index and corrupt each other.
        if change == .logRemoved, self.files.hasNoOtherLog {
            try? self.pool.barrierWriteWithoutTransaction { db in
                try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
        }
        try? self.pool.close()
        if change == .databaseRemoved || change == .databaseReplaced { self.files.removeOrphans() }
    }
}
#endif
