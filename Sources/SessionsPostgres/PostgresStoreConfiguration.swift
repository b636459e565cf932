//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
/// The options of a ``PostgresSessionStore`` with a client of its own, on libpq.
public struct PostgresStoreConfiguration: Sendable {
    /// The schema of the tables. It is created if it does not exist, which needs the privilege. 1 to 32 lowercase
    /// letters, digits and underscores, not starting with a digit. The default is `sessions`.
    public var schema = "sessions"

    /// The prefix of the table names, so that several stores can share one schema. At most 32 lowercase letters, digits
    /// and underscores, not starting with a digit. The default is empty: the tables are `sessions` and
    /// `sessions_schema`.
    public var tablePrefix = ""

    /// Whether the table is created `UNLOGGED`. The default is false.
    ///
    /// - Warning: PostgreSQL empties such a table after every crash of its own, and its replicas have no data of it:
    ///   all users are logged out, and sealed sessions whose revocation was stored there become valid again. Never keep
    ///   revocations of sealed sessions in one.
    public var isUnlogged = false

    /// The maximum number of connections to the server. They are made when needed, and one thread serves them all. All
    /// servers together must stay below the `max_connections` of PostgreSQL. The default is 10.
    public var maximumConnectionCount = 10

    /// How many calls may wait for a connection. Further calls fail at once. The default is 1,024.
    public var queueLimit = 1024

    /// The deadline for a connection to be ready: address lookup, connecting, TLS and login. It covers all hosts
    /// together. The default is 1 second.
    public var connectDeadline: Duration = .seconds(1)

    /// The deadline of a call, including all its waiting. The server is asked to stop a call that takes longer, and the
    /// connection is reused after the server has answered. The default is 1,500 milliseconds, which is less than the
    /// deadline of an engine.
    public var callDeadline: Duration = .milliseconds(1500)

    /// How long PostgreSQL lets a statement run, including its wait for a lock (`statement_timeout`). After a timeout,
    /// the connection stays open. A write waits half as long for a row that another transaction has locked, and then
    /// fails with the code `recordBusy`. The default is 1 second.
    public var statementTimeout: Duration = .seconds(1)

    /// Whether a pooler such as PgBouncer is in front of the server, in transaction mode. A connection then keeps no
    /// state for the next statement: there are no prepared statements and no ``statementTimeout``, which you can set
    /// for the role instead (`ALTER ROLE … SET statement_timeout`). The default is false: the store detects a pooler
    /// when it connects, behaves in the same way, and logs a warning that names this option.
    public var isBehindTransactionPooler = false

    /// Whether endings are published to the servers that use the tables, and received from them, so that streams which
    /// end with their sessions (`SessionEngine.endings(of:)`) need no polling. All servers must have the same value.
    /// The default is false.
    ///
    /// While something listens, there is one more connection than ``maximumConnectionCount``.
    ///
    /// - Note: Of the transactions that publish, PostgreSQL commits one after the other in the whole database. A server
    ///   with a slow disk then takes only as many logouts as it can flush.
    public var reportsEndings = false

    /// The backoff after the server could not be reached. Calls fail at once until it ends. It doubles with each
    /// consecutive failure. The default is 50 milliseconds.
    public var reconnectDelay: Duration = .milliseconds(50)

    /// The maximum of the growing ``reconnectDelay``. The default is 2 seconds.
    public var maximumReconnectDelay: Duration = .seconds(2)

    /// Creates a configuration with the defaults.
    public init() {}
}
#endif
