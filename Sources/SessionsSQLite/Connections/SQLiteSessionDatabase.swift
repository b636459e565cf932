//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Dispatch
import GRDB
import Logging
import Sessions
import Synchronization

/// The database of a store. It is reopened when its files are removed or replaced while the server runs.
///
/// Each write checks the files before it commits, so that no session is acknowledged that is in no file. Reads check at
/// most once a second, and after an error.
final class SQLiteSessionDatabase: Sendable {
    private enum State {
        case open(SQLiteConnection)
        case closed(Outage)
    }

    /// Why there is no open database, and when to try again.
    private struct Outage {
        let change: SQLiteFileChange
        let since: ContinuousClock.Instant
        let nextTry: ContinuousClock.Instant
        let error: SessionStoreError
    }

    private static let interval = Duration.seconds(1)
    /// After this time, every process that checks its files has stopped writing to the old ones.
    private static let staleFileGracePeriod = Duration.seconds(3)

    private let path: String
    private let configuration: SQLiteStoreConfiguration
    private let reserve: SQLiteReserve
    private let logger: Logger
    private let state: Mutex<State>
    private let nextCheck = Mutex(ContinuousClock.now)
    /// Opening waits for locks and reads whole files, which must not block a thread of the cooperative pool. One call
    /// opens for all.
    private let queue = DispatchQueue(label: "swift-sessions.sqlite.opening")

    init(path: String, configuration: SQLiteStoreConfiguration, logger: Logger) throws {
        self.path = path
        self.configuration = configuration
        self.logger = logger
        let reserve = SQLiteReserve(path: path, byteCount: configuration.reservedDiskSpace)
        self.reserve = reserve
        self.state = Mutex(
            .open(try SQLiteConnection(path: path, configuration: configuration, reserve: reserve)))
        reserve.setAside()
    }

    /// The connections of the open database, for tests.
    var pool: DatabasePool {
        get throws {
            switch self.state.withLock({ $0 }) {
            case .open(let connection): return connection.pool
            case .closed(let outage): throw outage.error
            }
        }
    }

    /// Performs an operation on the database, and repeats it once if the files have changed.
    ///
    /// - Parameter isRepeatable: Whether it may run again although it may have run.
    func perform<Value: Sendable>(
        isRepeatable: Bool,
        _ body: (SQLiteConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await self.connection()
        do {
            return try await body(connection)
        } catch is SQLiteFilesChanged {
            return try await body(self.reopened(insteadOf: connection))
        } catch let error as DatabaseError {
            // On a connection that has been closed, the operation did not begin.
            if error.resultCode == .SQLITE_MISUSE || (isRepeatable && connection.files.change() != nil) {
                return try await body(self.reopened(insteadOf: connection))
            }
            self.nextCheck.withLock { $0 = .now }
            throw error
        }
    }

    /// Reads on the calling thread.
    ///
    /// - Returns: Nil when ``perform(isRepeatable:_:)`` must do it: a check of the files is due, the file did not
    ///   respond, or it could not be read.
    func readWithoutWaiting<Value: Sendable>(_ body: (Database) throws -> Value) throws -> Value? {
        guard case .open(let connection) = self.state.withLock({ $0 }),
            self.nextCheck.withLock({ ContinuousClock.now < $0 })
        else { return nil }
        do {
            return try connection.readers.read(body)
        } catch is DatabaseError {
            return nil
        }
    }

    /// Writes one row on the calling thread.
    ///
    /// - Parameter statement: Returns whether it changed the row.
    /// - Returns: False when ``perform(isRepeatable:_:)`` must do it.
    func writeWithoutWaiting(_ statement: (Database) throws -> Bool) -> Bool {
        guard case .open(let connection) = self.state.withLock({ $0 }) else { return false }
        return connection.writer.writeWithoutWaiting(statement)
    }

    private func connection() async throws -> SQLiteConnection {
        switch self.state.withLock({ $0 }) {
        case .open(let connection):
            let isDue = self.nextCheck.withLock { next in
                let now = ContinuousClock.now
                guard now >= next else { return false }
                next = now + Self.interval
                return true
            }
            guard isDue, connection.files.change() != nil else { return connection }
            return try await self.reopened(insteadOf: connection)
        case .closed(let outage):
            guard ContinuousClock.now >= outage.nextTry else { throw outage.error }
            return try await self.reopened(insteadOf: nil)
        }
    }

    private func reopened(insteadOf broken: SQLiteConnection?) async throws -> SQLiteConnection {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Result { try self.reopen(insteadOf: broken) }) }
        }
    }

    /// Opens the database again unless another call has done so.
    private func reopen(insteadOf broken: SQLiteConnection?) throws -> SQLiteConnection {
        switch self.state.withLock({ $0 }) {
        case .open(let connection):
            guard connection === broken, let change = connection.files.change() else { return connection }
            if change == .databaseCutOff, connection.isWhole() { return connection }
            self.logger.error("\(change.description)", metadata: ["session.file": "\(self.path)"])
            connection.close(after: change)
            return try self.open(after: change, since: .now)
        case .closed(let outage):
            guard ContinuousClock.now >= outage.nextTry else { throw outage.error }
            return try self.open(after: outage.change, since: outage.since, lastError: outage.error)
        }
    }

    private func open(
        after change: SQLiteFileChange,
        since: ContinuousClock.Instant,
        lastError: SessionStoreError? = nil
    ) throws -> SQLiteConnection {
        do {
            // Two processes on one file must not use two logs.
            if change == .logRemoved, ContinuousClock.now < since + Self.staleFileGracePeriod,
                !SQLiteSessionFile.isOpenNowhere(path: self.path)
            {
                throw SessionStoreError(
                    .unavailable,
                    """
                    A file beside the session file "\(self.path)" was removed while another process uses it too. It is \
                    opened again within \(Self.staleFileGracePeriod).
                    """
                )
            }
            let connection = try SQLiteConnection(
                path: self.path, configuration: self.configuration, reserve: self.reserve)
            self.state.withLock { $0 = .open(connection) }
            self.logger.notice("The session file is open again", metadata: ["session.file": "\(self.path)"])
            return connection
        } catch {
            let error =
                error as? SessionStoreError
                ?? SessionStoreError(.unavailable, "SQLite could not open the session file.", underlying: error)
            let outage = Outage(change: change, since: since, nextTry: .now + Self.interval, error: error)
            self.state.withLock { $0 = .closed(outage) }
            if lastError?.message != error.message {
                self.logger.error(
                    "The session file cannot be opened again; it is tried every second",
                    metadata: ["session.file": "\(self.path)", "error": "\(error)"]
                )
            }
            throw error
        }
    }
}

/// A write found that the files have changed, and did nothing.
struct SQLiteFilesChanged: Error {}

extension SQLiteFileChange: CustomStringConvertible {
    var description: String {
        switch self {
        case .databaseRemoved:
            """
            The session file was removed while it was in use. Its sessions are lost, and everyone is logged out: a new \
            file takes its place
            """
        case .databaseReplaced:
            """
            The session file was replaced by another while it was in use. The sessions of the new file count from now \
            on, and all others are logged out
            """
        case .databaseCutOff: "The session file was cut off while it was in use, and is opened again"
        case .logRemoved:
            "A file beside the session file, -wal or -shm, was removed while it was in use, and is opened again"
        }
    }
}
#endif
