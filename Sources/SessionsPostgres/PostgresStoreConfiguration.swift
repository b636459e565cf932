//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
/// How a ``PostgresSessionStore`` behaves.
public struct PostgresStoreConfiguration: Sendable {
    /// The schema that the tables are in. Where it is missing it is made, which needs the right to. Small letters,
    /// digits and underscores, 1 to 32 of them, and no digit first. The default is `sessions`.
    public var schema = "sessions"

    /// What the names of the tables begin with, so that several stores can have one schema. Small letters, digits and
    /// underscores, 32 at most, and no digit first. The default is none: the tables are `sessions` and
    /// `sessions_schema`.
    public var tablePrefix = ""

    /// Whether the table is made `UNLOGGED`. The default is false.
    ///
    /// - Warning: PostgreSQL empties such a table after every crash of its own, and its replicas have nothing of it:
    ///   everybody is logged out, and sealed sessions whose ending was kept there are open again. Never keep the
    ///   endings of sealed sessions in one.
    public var isUnlogged = false

    /// The most connections to the server, and threads, one for each. They are made when they are needed. All servers
    /// together must stay below the `max_connections` of PostgreSQL. The default is 10.
    public var maximumConnectionCount = 10

    /// How many calls may wait for a connection. One more fails at once. The default is 1,024.
    public var queueLimit = 1024

    /// How long it may take to have a connection ready: to find the address, connect, agree on TLS and log in. With
    /// several hosts it is for all of them together. The default is 1 second.
    public var connectDeadline: Duration = .seconds(1)

    /// How long a call may take, with all that it waits for. The server is asked to stop one that takes longer, and the
    /// connection serves again when the server has answered. The default is 1,500 milliseconds, which is less than the
    /// deadline of an engine.
    public var callDeadline: Duration = .milliseconds(1500)

    /// How long PostgreSQL itself lets a statement run, a wait for a lock included (`statement_timeout`). It then says
    /// so, and the connection stays. For one row that another transaction has locked a write waits half as long, and
    /// fails with the code `recordBusy`. The default is 1 second.
    public var statementTimeout: Duration = .seconds(1)

    /// Whether a pooler such as PgBouncer is in front of the server, in its transaction mode. Then nothing is left in a
    /// connection for the next statement: there are no prepared statements, and no ``statementTimeout``, which the
    /// role can have instead (`ALTER ROLE … SET statement_timeout`). The default is false: a pooler is noticed when the
    /// store connects, treated in the same way, and a warning names this option.
    public var isBehindTransactionPooler = false

    /// How long calls fail at once after the server could not be reached, before it is asked again; it doubles with
    /// each failure in a row. The default is 50 milliseconds.
    public var reconnectDelay: Duration = .milliseconds(50)

    /// What ``reconnectDelay`` grows to at most. The default is 2 seconds.
    public var maximumReconnectDelay: Duration = .seconds(2)

    /// The defaults.
    public init() {}

    /// How long a write waits for a row that another transaction has locked: less than anything else that ends the
    /// wait.
    var lockTimeout: Duration { min(self.statementTimeout, self.callDeadline) / 2 }
}
#endif
