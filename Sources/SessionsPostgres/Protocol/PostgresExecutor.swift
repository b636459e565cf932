//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Sends one statement to PostgreSQL and returns its reply.
///
/// A ``PostgresSessionStore`` uses clients through this protocol. `SessionsPostgresNIO` has an executor over a
/// `PostgresClient` of PostgresNIO, and <doc:Using-another-Postgres-client> shows what another one needs. The store's
/// own client, on libpq, needs none.
///
/// The store relies on these guarantees:
///
/// - A command is one statement in the extended query protocol. It runs outside a transaction block, in which it would
///   wait for a commit. It may run on any connection: the store leaves no state on one.
/// - Parameters are bound with their ``PostgresParameter/typeID`` and ``PostgresParameter/bytes`` in the binary format.
///   The reply is in the binary format, and it belongs to this command and to no other.
/// - An error of the server is thrown as a ``PostgresError`` with its SQLSTATE. Otherwise a ``PostgresError`` says with
///   ``PostgresError/mayHaveRun`` whether the server may have performed the statement.
/// - The call returns within a bounded time, whatever the server does, and when its task is cancelled.
/// - A command that writes is never sent twice, unless PostgreSQL certainly did not perform it the first time. One that
///   only reads (``PostgresCommand/isReadOnly``) may be sent again.
/// - The server has a time limit for statements of this role (`statement_timeout`). A statement whose call has returned
///   holds its locks until it ends.
public protocol PostgresExecutor: Sendable {
    /// Whether each call ends by the `SessionStoreDeadline.current` of its task. Optional. The default is false: an
    /// engine then enforces the deadline of the store's calls itself.
    var enforcesDeadline: Bool { get }

    /// Sends a statement and waits for its reply.
    ///
    /// - Throws: ``PostgresError``, or `CancellationError` when the task is cancelled. The store treats any other error
    ///   as a failure after which the statement may have been performed.
    func execute(_ command: PostgresCommand) async throws -> PostgresReply
}

extension PostgresExecutor {
    public var enforcesDeadline: Bool { false }
}
