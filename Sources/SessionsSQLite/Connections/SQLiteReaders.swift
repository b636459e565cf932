//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import GRDB
import Synchronization

/// Connections that read on the calling thread. A read from the page cache takes microseconds, and handing it to
/// another thread takes longer.
///
/// A read never waits for another read, nor for a lock of the file. After a slow read, as from a slow disk, the calling
/// threads are spared for a while.
final class SQLiteReaders: Sendable {
    private let readers: [SQLiteReader]
    private let pause: SlowCallPause

    init(path: String, configuration: Configuration, count: Int, pause: SlowCallPause) throws {
        self.pause = pause
        self.readers = try (0..<count).map { _ in try SQLiteReader(path: path, configuration: configuration) }
    }

    /// Reads on the calling thread.
    ///
    /// - Returns: Nil when the read must be made on another thread: all connections are in use, the file is locked, or
    ///   reads are slow.
    /// - Throws: `DatabaseError`.
    func read<Value: Sendable>(_ body: (Database) throws -> Value) throws -> Value? {
        try self.pause.measure {
            for reader in self.readers {
                if let value = try reader.read(body) { return value }
            }
            return nil
        }
    }

    func close() {
        for reader in self.readers { reader.close() }
    }
}

/// A connection of ``SQLiteReaders``.
private final class SQLiteReader: Sendable {
    private let connection: DatabaseQueue
    private let inUse = Mutex(())

    init(path: String, configuration: Configuration) throws {
        var configuration = configuration
        configuration.readonly = true
        configuration.busyMode = .immediateError
        self.connection = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// - Returns: Nil when the connection is in use, or the file is locked.
    func read<Value: Sendable>(_ body: (Database) throws -> Value) throws -> Value? {
        do {
            return try self.inUse.withLockIfAvailable { _ in try self.connection.unsafeRead(body) }
        } catch let error as DatabaseError {
            guard error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_PROTOCOL else { throw error }
            return nil
        }
    }

    func close() { try? self.connection.close() }
}
#endif
