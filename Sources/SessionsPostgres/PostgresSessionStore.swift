//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
public import Logging
public import Sessions

/// Sessions in PostgreSQL: the store that any number of servers share, and that survives what PostgreSQL survives.
///
/// ```swift
/// let url = "postgres://sessions:secret@db.example.com/app?sslmode=verify-full"
/// let store = try PostgresSessionStore(url, logger: logger)
/// let engine = try SessionEngine(.stored(in: store))
/// let application = Application(router: router, services: [SessionSweeper(store, logger: logger)])
/// ```
///
/// Each call is one statement, which PostgreSQL does in one step, and one round trip. All times come from the
/// application.
///
/// **Where its work runs.** Each connection has a thread of its own, which is all that waits for it; the callers' tasks
/// are suspended. There are at most ``PostgresStoreConfiguration/maximumConnectionCount``; calls that find none free
/// are served in their order. A call whose task is cancelled returns at once; a write that PostgreSQL is doing at that
/// moment has a quarter of a second to say how it ended.
///
/// **When the server fails.** Connections are made when a call needs them, and made again after they were lost. While
/// the server cannot be reached calls fail at once, but for one that tries, after a pause that grows with each failure
/// in a row. `load`, `replace` and `touch` are sent again when their connection is lost; nothing else is ever sent
/// twice unless it was certainly not done.
///
/// Expired records stay until they are swept: run a `SessionSweeper`, on each server if you like.
public final class PostgresSessionStore: Sendable {
    let pool: PostgresPool
    let statements: PostgresStatements

    /// Creates a store. It connects when it gets its first call.
    ///
    /// - Parameters:
    ///   - connectionString: Where the server is, in libpq's words: a URL, or `key=value` pairs, with all of libpq's
    ///     parameters. Across a network that others use, `sslmode=verify-full` and `sslrootcert`.
    ///   - configuration: How the store behaves.
    ///   - clock: By which the pauses after failures are measured. Deadlines are the machine's own. The default is the
    ///     system's.
    ///   - random: What makes the pauses of many servers differ. The default is the system's.
    ///   - logger: Where to say that the server failed, and is there again.
    /// - Throws: `SessionStoreError` with the code `unusable` when the string or the configuration cannot be.
    public init(
        _ connectionString: String,
        configuration: PostgresStoreConfiguration = PostgresStoreConfiguration(),
        clock: SessionClock = .system,
        random: SessionRandom = .system,
        logger: Logger
    ) throws(SessionStoreError) {
        try configuration.check()
        let table = PostgresTable(configuration)
        self.statements = PostgresStatements(table, lockTimeout: configuration.lockTimeout)
        self.pool = PostgresPool(
            try PostgresConnectionString(connectionString),
            configuration,
            schema: PostgresSchema(table, isUnlogged: configuration.isUnlogged),
            clock: clock,
            random: random,
            logger: logger
        )
    }

    deinit {
        self.pool.beginShutdown()
    }

    /// Connects, and makes the tables or brings them up to date if they are not: what the first call does otherwise.
    ///
    /// Call it when the application starts, to hear then what is wrong; and where the role of your servers may not make
    /// tables, once by one that may. Of any number that call it at once one does the work, and the others wait.
    ///
    /// - Throws: `SessionStoreError`, with the code `unusable` when the tables cannot serve as they are, such as after
    ///   a newer version of this library; they are left so.
    public func prepare() async throws {
        _ = try await self.ask(nil, [], .none, within: PostgresSchema.deadline)
    }

    /// Closes the connections, once the statements that run have their answers. Later calls fail.
    ///
    /// A store that nobody has any more closes them by itself.
    public func shutdown() async {
        await self.pool.shutDown()
    }

    /// Runs a statement, and says in the words of a store what went wrong.
    func ask(
        _ statement: PostgresStatement?,
        _ parameters: [PostgresValue],
        _ effect: PostgresRequest.Effect,
        within limit: Duration? = nil
    ) async throws -> PostgresReply {
        do {
            return try await self.pool.run(statement, parameters, effect, within: limit)
        } catch let error as PostgresError {
            if error.isDeadline {
                throw SessionStoreError(.deadlineExceeded, "PostgreSQL did not answer in time.", underlying: error)
            }
            // What only reads waits for no row.
            if error.isConflict, effect != .none {
                throw SessionStoreError(.recordBusy, "Another transaction holds the session.", underlying: error)
            }
            throw SessionStoreError(.unavailable, "PostgreSQL did not do it.", underlying: error)
        }
    }
}

extension PostgresSessionStore: SessionStore {
    public func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        guard let row = try await self.row(of: id, now: now) else { return .missing }
        return try row.record().map { .found($0) } ?? .ended
    }

    public func endedSecrets(of id: SessionID, now: Instant) async throws -> EndedSecrets? {
        try await self.row(of: id, now: now)?.endedSecrets
    }

    private func row(of id: SessionID, now: Instant) async throws -> PostgresSessionRow? {
        try PostgresSessionRow(try await self.ask(self.statements.load, [.id(id), .instant(now)], .none), of: id)
    }

    public func create(_ record: SessionRecord, now: Instant) async throws {
        let parameters = PostgresSessionRow.parameters(of: record, now: now)
        let reply = try await self.ask(self.statements.create, parameters, .once)
        guard reply.changedCount > 0 else { throw SessionStoreError.duplicate(record.id) }
    }

    public func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: Instant
    ) async throws -> SessionReplaceResult {
        let parameters =
            PostgresSessionRow.parameters(of: record, now: now) + [.word(version.counter), .word(version.tag)]
        let reply = try await self.ask(self.statements.replace, parameters, .repeatable)
        guard let row = try PostgresSessionRow(reply, of: record.id), row.bytes != nil else { return .missing }
        if row.version == record.version { return .replaced }
        if row.version != version, let present = try row.record() { return try self.conflict(with: present, reply) }
        // Somebody else was faster while the statement waited for the row: what it saw when it began is no longer
        // there.
        switch try await self.load(record.id, now: now) {
        case .found(let present):
            return present.version == record.version ? .replaced : try self.conflict(with: present, reply)
        case .ended, .missing: return .missing
        }
    }

    /// What another writer's version says of a write: that it was not stored, unless it had been sent before.
    private func conflict(with present: SessionRecord, _ reply: PostgresReply) throws -> SessionReplaceResult {
        guard reply.mayBeRepetition else { return .conflict(present) }
        throw SessionStoreError(
            .unavailable,
            "The answer to a write was lost, and another write came after it: whether it was stored is not known."
        )
    }

    public func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) async throws -> Bool {
        let parameters: [PostgresValue] = [
            .id(id), .instant(touch.lastAccessedAt), .instant(touch.expiresAt), .instant(now),
        ]
        return try await self.ask(self.statements.touch, parameters, .repeatable).changedCount > 0
    }

    @discardableResult
    public func end(_ id: SessionID, tombstoneUntil: Instant, now: Instant) async throws -> Bool {
        try await self.end([id], tombstoneUntil: tombstoneUntil, now: now) > 0
    }
}

extension PostgresSessionStore: CustomStringConvertible, CustomReflectable {
    /// Nothing of its connection string.
    public var description: String { "PostgresSessionStore" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
