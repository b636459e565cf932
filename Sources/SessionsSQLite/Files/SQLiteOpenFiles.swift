//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Foundation
import Synchronization

/// A change of the files of a database while it is open.
enum SQLiteFileChange: Sendable {
    case databaseRemoved
    case databaseReplaced
    /// The file became shorter.
    case databaseCutOff
    /// The `-wal` or `-shm` file was removed or replaced.
    case logRemoved
}

/// The files of an open database, as they were when it was opened.
///
/// An open file keeps working after it is removed or replaced, but the next start cannot find the data that is written
/// to it. SQLite does not check for this. This class does.
final class SQLiteOpenFiles: Sendable {
    private struct Identity: Equatable {
        var device: UInt64
        var number: UInt64
    }

    private enum Found {
        case file(Identity, size: Int64)
        case nothing
        /// The system cannot tell, for example because the folder is no longer readable.
        case unknown
    }

    let path: String
    private let database: Identity?
    private let log: Identity?
    private let sharedMemory: Identity?
    private let largestSize = Atomic<Int64>(0)

    init(path: String) {
        self.path = path
        self.log = Self.identity(at: path + "-wal")
        self.sharedMemory = Self.identity(at: path + "-shm")
        if case .file(let identity, let size) = Self.inspect(at: path) {
            self.database = identity
            self.largestSize.store(size, ordering: .relaxed)
        } else {
            self.database = nil
        }
    }

    /// The change of the files since they were opened, or nil. It takes three system calls.
    func change() -> SQLiteFileChange? {
        switch Self.inspect(at: self.path) {
        case .unknown: return nil
        case .nothing: return .databaseRemoved
        case .file(let identity, let size):
            guard identity == self.database else { return .databaseReplaced }
            guard size >= self.largestSize.load(ordering: .relaxed) else { return .databaseCutOff }
            self.largestSize.store(size, ordering: .relaxed)
        }
        for (suffix, before) in [("-wal", self.log), ("-shm", self.sharedMemory)] {
            switch Self.inspect(at: self.path + suffix) {
            case .unknown: continue
            case .nothing: if before != nil { return .logRemoved }
            case .file(let identity, _): if identity != before { return .logRemoved }
            }
        }
        return nil
    }

    /// Whether the file has all pages of the database, and is shorter because it was vacuumed. If so, accepts the new
    /// size.
    func acceptSize(ofPages byteCount: Int64) -> Bool {
        guard case .file(_, let size) = Self.inspect(at: self.path), size > 0, size >= byteCount else { return false }
        self.largestSize.store(size, ordering: .relaxed)
        return true
    }

    /// Whether no other process has begun a new log in place of one that was removed.
    var hasNoOtherLog: Bool {
        switch Self.inspect(at: self.path + "-wal") {
        case .file(let identity, let size): size == 0 || identity == self.log
        case .nothing: true
        case .unknown: false
        }
    }

    /// Removes the `-wal` and `-shm` files of a database that is gone. Otherwise SQLite would use them for its
    /// replacement.
    func removeOrphans() {
        for (suffix, identity) in [("-wal", self.log), ("-shm", self.sharedMemory)]
        where identity != nil && Self.identity(at: self.path + suffix) == identity {
            try? FileManager.default.removeItem(atPath: self.path + suffix)
        }
    }

    private static func identity(at path: String) -> Identity? {
        if case .file(let identity, _) = self.inspect(at: path) { identity } else { nil }
    }

    private static func inspect(at path: String) -> Found {
        var status = stat()
        guard stat(path, &status) != 0 else {
            let identity = Identity(
                device: UInt64(truncatingIfNeeded: status.st_dev), number: UInt64(truncatingIfNeeded: status.st_ino))
            return .file(identity, size: Int64(status.st_size))
        }
        return errno == ENOENT || errno == ENOTDIR ? .nothing : .unknown
    }
}
#endif
