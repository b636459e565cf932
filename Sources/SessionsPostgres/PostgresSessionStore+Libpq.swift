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

extension PostgresSessionStore {
    /// Creates a store with a client of its own, on libpq. It connects on its first call.
    ///
    /// - Parameters:
    ///   - connectionString: The address of the server and the login, in the format of libpq: a URL, or `key=value`
    ///     pairs, with all of libpq's parameters. On a shared network, use `sslmode=verify-full` and `sslrootcert`.
    ///   - configuration: The options of the store. The default is the default configuration.
    ///   - clock: The clock for the backoff after failures. Deadlines use the machine's own clock. The default is the
    ///     system clock.
    ///   - random: The source of the backoff's jitter. The default is the system's.
    ///   - logger: Logs failures of the server and reconnections.
    /// - Throws: `SessionStoreError` with the code `unusable` when the string or the configuration is invalid, and with
    ///   the code `unavailable` when the process may open no more files.
    public convenience init(
        _ connectionString: String,
        configuration: PostgresStoreConfiguration = PostgresStoreConfiguration(),
        clock: SessionClock = .system,
        random: SessionRandom = .system,
        logger: Logger
    ) throws(SessionStoreError) {
        try configuration.check()
        let table = PostgresTable(configuration)
        let pool = try PostgresPool(
            PostgresConnectionString(connectionString),
            configuration,
            schema: PostgresSchema(table, isUnlogged: configuration.isUnlogged),
            listener: configuration.reportsEndings ? PostgresListener(channel: table.endingChannel) : nil,
            clock: clock,
            random: random,
            logger: logger
        )
        let statements = PostgresStatements(
            table, lockTimeout: configuration.tables.lockTimeout, publishesEndings: configuration.reportsEndings)
        self.init(pool, statements)
    }
}
#endif
