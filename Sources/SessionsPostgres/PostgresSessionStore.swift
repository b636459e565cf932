//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// Sessions in PostgreSQL: a store that any number of servers share, as durable as the database.
///
/// ```swift
/// let url = "postgres://sessions:secret@db.example.com/app?sslmode=verify-full"
/// let store = try PostgresSessionStore(url, logger: logger)
/// let engine = try SessionEngine(.stored(in: store))
/// let application = Application(router: router, services: [SessionSweeper(store, logger: logger)])
/// ```
///
/// Each call is one atomic statement and one round trip. All times come from the application.
///
/// The client is the store's own, on libpq, or one that the application already has, behind a ``PostgresExecutor``. The
/// following is about the store's own.
///
/// **Threads.** One thread of the store serves all connections. It starts with the first call. Connecting has a thread
/// of its own, because looking up an address may block. The callers' tasks are suspended. There are at most
/// ``PostgresStoreConfiguration/maximumConnectionCount`` connections. Calls that find none free are served in order.
/// Each call ends by its deadline, which is ``PostgresStoreConfiguration/callDeadline`` or that of the engine if it is
/// earlier. A cancelled call returns at once. If PostgreSQL is performing its write at that moment, it waits up to a
/// quarter of a second for the outcome.
///
/// **Failures.** A connection is made when a call needs it, and made again after it was lost. While the server cannot
/// be reached, calls fail at once, and one call tries to connect, after a backoff that grows with each consecutive
/// failure. `load`, `replace` and `touch` are sent again if their connection is lost. Other calls are sent again only
/// if they were certainly not performed.
///
/// Expired records stay until they are swept: run a `SessionSweeper`, on each server if you like.
public final class PostgresSessionStore: Sendable {
    let client: any PostgresStoreClient
    let statements: PostgresStatements

    init(_ client: any PostgresStoreClient, _ statements: PostgresStatements) {
        self.client = client
        self.statements = statements
    }

    deinit {
        self.client.beginShutdown()
    }

    /// Connects, and creates or migrates the tables if necessary. Otherwise the first call does this.
    ///
    /// Call it when the application starts, to learn about problems early. If the role of your servers may not create
    /// tables, call it once with a role that may. If several servers call it at once, one does the work and the others
    /// wait.
    ///
    /// - Throws: `SessionStoreError`, with the code `unusable` when the tables cannot be used as they are, for example
    ///   after a newer version of this library. They are left unchanged.
    public func prepare() async throws {
        try await Self.translatingErrors(isReadOnly: true) { try await self.client.prepareTables() }
    }

    /// Closes the connections after their running statements have been answered. Later calls fail.
    ///
    /// A store without references closes its connections by itself.
    public func shutdown() async {
        await self.client.shutDown()
    }

    /// Runs a statement and converts its errors to store errors.
    func execute(
        _ statement: PostgresStatement,
        _ parameters: [PostgresParameter],
        _ idempotency: PostgresCommand.Idempotency
    ) async throws -> PostgresReply {
        try await Self.translatingErrors(isReadOnly: idempotency == .readOnly) {
            try await self.client.execute(PostgresCommand(statement, parameters, idempotency))
        }
    }

    private static func translatingErrors<Value>(
        isReadOnly: Bool,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            if error.isDeadline {
                throw SessionStoreError(.deadlineExceeded, "PostgreSQL did not answer in time.", underlying: error)
            }
            // Statements that only read wait for no row.
            if error.isConflict, !isReadOnly {
                throw SessionStoreError(.recordBusy, "Another transaction holds the session.", underlying: error)
            }
            throw SessionStoreError(.unavailable, "The PostgreSQL statement failed.", underlying: error)
        }
    }
}

extension PostgresSessionStore: SessionStore {
    /// False with libpq: each call ends by its deadline, even if the server does not answer.
    public var needsDeadline: Bool { !self.client.enforcesDeadline }

    public func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        guard let row = try await self.row(of: id, now: now) else { return .missing }
        return try row.record().map { .found($0) } ?? .ended
    }

    public func endedSecrets(of id: SessionID, now: SessionInstant) async throws -> EndedSecrets? {
        try await self.row(of: id, now: now)?.endedSecrets
    }

    private func row(of id: SessionID, now: SessionInstant) async throws -> PostgresSessionRow? {
        try PostgresSessionRow(
            try await self.execute(self.statements.load, [.id(id), .instant(now)], .readOnly), of: id)
    }

    public func create(_ record: SessionRecord, now: SessionInstant) async throws {
        let parameters = PostgresSessionRow.parameters(of: record, now: now)
        let reply = try await self.execute(self.statements.create, parameters, .nonIdempotent)
        guard reply.changedCount > 0 else { throw SessionStoreError.duplicate(record.id) }
    }

    public func replace(
        _ record: SessionRecord,
        ifVersion version: SessionVersion,
        now: SessionInstant
    ) async throws -> SessionReplaceResult {
        let parameters =
            PostgresSessionRow.parameters(of: record, now: now) + [.word(version.counter), .word(version.tag)]
        let reply = try await self.execute(self.statements.replace, parameters, .idempotent)
        guard let row = try PostgresSessionRow(reply, of: record.id), row.bytes != nil else { return .missing }
        if row.version == record.version { return .replaced }
        if row.version != version, let present = try row.record() { return try self.conflict(with: present, reply) }
        // Another request changed the row while the statement waited for it: the row from the statement's snapshot no
        // longer exists.
        switch try await self.load(record.id, now: now) {
        case .found(let present):
            return present.version == record.version ? .replaced : try self.conflict(with: present, reply)
        case .ended, .missing: return .missing
        }
    }

    /// The result of a write that met another writer's version: not stored, unless the write had been sent before.
    private func conflict(with present: SessionRecord, _ reply: PostgresReply) throws -> SessionReplaceResult {
        guard reply.mayBeRepetition else { return .conflict(present) }
        throw SessionStoreError(
            .unavailable,
            "The answer to a write was lost, and another write came after it: whether it was stored is not known."
        )
    }

    public func touch(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        let parameters: [PostgresParameter] = [
            .id(id), .instant(touch.lastAccessedAt), .instant(touch.expiresAt), .instant(now),
        ]
        return try await self.execute(self.statements.touch, parameters, .idempotent).changedCount > 0
    }

    @discardableResult
    public func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        try await self.end([id], tombstoneUntil: tombstoneUntil, now: now) > 0
    }
}

extension PostgresSessionStore: CustomStringConvertible, CustomReflectable {
    /// The description shows nothing of the connection string.
    public var description: String { "PostgresSessionStore" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
