//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import GRDB
import GRDBSQLite
import Synchronization

/// The write-ahead log of the writer connection, and when it is copied to the database file.
///
/// SQLite's automatic checkpoints run inside a commit, and wait for the disk. Without them, only
/// ``checkpointIfDue(_:)`` and the first commit after it wait for the disk.
final class SQLiteLog: Sendable {
    /// The number of pages from which on a checkpoint is due, which is SQLite's default.
    private static let pageLimit = 1_000

    /// The number of pages after the last commit. Zero if the next commit begins the log again, as far as is known.
    private let pageCount = Atomic<Int>(0)

    /// Counts the pages from now on, and turns off automatic checkpoints. The connection must not outlive this object.
    func observe(_ db: Database) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            db.sqliteConnection,
            { context, _, _, pageCount in
                if let context {
                    Unmanaged<SQLiteLog>.fromOpaque(context).takeUnretainedValue()
                        .pageCount.store(Int(pageCount), ordering: .relaxed)
                }
                return SQLITE_OK
            },
            context
        )
    }

    var isCheckpointDue: Bool { self.pageCount.load(ordering: .relaxed) >= Self.pageLimit }

    /// Whether the next commit does not wait for the disk, with `PRAGMA synchronous = NORMAL`.
    var commitsWithoutWaiting: Bool { (1..<Self.pageLimit).contains(self.pageCount.load(ordering: .relaxed)) }

    /// Copies the log to the database file if it is long. If a reader still needs a part of the log, the rest is copied
    /// after a later commit.
    func checkpointIfDue(_ db: Database) {
        guard self.isCheckpointDue else { return }
        self.pageCount.store(0, ordering: .relaxed)
        // As with an automatic checkpoint, an error changes nothing: the log becomes longer.
        try? db.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
    }
}
#endif
