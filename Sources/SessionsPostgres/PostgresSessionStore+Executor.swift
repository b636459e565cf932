//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Logging
public import Sessions

extension PostgresSessionStore {
    /// Creates a store over a client that the application already has. It makes its tables on its first call.
    ///
    /// - Parameters:
    ///   - executor: The client, such as the `PostgresClientExecutor` of `SessionsPostgresNIO`.
    ///   - configuration: The options of the tables. The default is the default configuration.
    ///   - logger: Logs a missing index.
    /// - Throws: `SessionStoreError` with the code `unusable` when the configuration is invalid.
    public convenience init(
        _ executor: any PostgresExecutor,
        configuration: PostgresTableConfiguration = PostgresTableConfiguration(),
        logger: Logger
    ) throws(SessionStoreError) {
        try SessionStoreError.check(configuration.problems)
        let table = PostgresTable(configuration)
        let schema = PostgresSchema(table, isUnlogged: configuration.isUnlogged)
        self.init(
            PostgresExecutorClient(executor, schema, logger: logger),
            PostgresStatements(table, lockTimeout: configuration.lockTimeout)
        )
    }
}
