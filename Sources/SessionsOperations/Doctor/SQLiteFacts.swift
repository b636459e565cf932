//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation
import GRDB
import Sessions
import SessionsSQLite

/// What can be measured of an SQLite file.
package struct SQLiteFacts: Sendable, Equatable {
    package var path: String
    package var exists = true
    /// The permissions of the files that exist, by the ends of their names: the last nine bits of the mode.
    package var modes: [String: UInt32] = [:]
    package var folderMode: UInt32?
    package var byteCount: Int?
    package var logByteCount: Int?
    package var freeDiskByteCount: Int?
    /// Why the file cannot be read.
    package var failure: String?
    package var isOfLibrary: Bool?
    package var schemaVersion: Int?
    package var currentSchemaVersion = 1
    /// `ok`, or the first damage.
    package var integrity: String?
    package var journalMode: String?
    package var freePageShare: Double?
    package var missingIndexes: [String] = []
    package var version: String?

    package init(path: String) { self.path = path }

    static func measure(_ path: String) -> SQLiteFacts {
        var facts = SQLiteFacts(path: path)
        facts.currentSchemaVersion = SQLiteSessionFile.currentVersion
        let files = FileManager.default
        func mode(_ path: String) -> UInt32? {
            (try? files.attributesOfItem(atPath: path))?[.posixPermissions].flatMap { ($0 as? NSNumber)?.uint32Value }
        }
        func size(_ path: String) -> Int? {
            (try? files.attributesOfItem(atPath: path))?[.size].flatMap { ($0 as? NSNumber)?.intValue }
        }
        facts.exists = files.fileExists(atPath: path)
        guard facts.exists else { return facts }
        for suffix in ["", "-wal", "-shm"] { facts.modes[suffix] = mode(path + suffix).map { $0 & 0o777 } }
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        facts.folderMode = mode(folder)
        facts.byteCount = size(path)
        facts.logByteCount = size(path + "-wal")
        facts.freeDiskByteCount = (try? files.attributesOfFileSystem(forPath: folder))?[.systemFreeSize]
            .flatMap { ($0 as? NSNumber)?.intValue }
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.label = "doctor"
            try DatabaseQueue(path: path, configuration: configuration).unsafeRead { db in try facts.read(db) }
        } catch {
            facts.failure = (error as? DatabaseError)?.message ?? "\(error)"
        }
        return facts
    }

    private mutating func read(_ db: Database) throws {
        self.version = try String.fetchOne(db, sql: "SELECT sqlite_version()")
        self.isOfLibrary = try Int32.fetchOne(db, sql: "PRAGMA application_id") == SQLiteSessionFile.applicationID
        self.schemaVersion = try Int.fetchOne(db, sql: "PRAGMA user_version")
        self.journalMode = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        if pages > 0 { self.freePageShare = Double(free) / Double(pages) }
        let indexes = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'index'")
        self.missingIndexes = ["sessions_by_expiry", "sessions_by_subject"].filter { !indexes.contains($0) }
        self.integrity = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
    }
}
#endif
