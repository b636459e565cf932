//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions

extension PostgresStoreConfiguration {
    /// The options of the tables.
    var tables: PostgresTableConfiguration {
        var tables = PostgresTableConfiguration()
        tables.schema = self.schema
        tables.tablePrefix = self.tablePrefix
        tables.isUnlogged = self.isUnlogged
        // Shorter than all other limits of the wait.
        tables.lockTimeout = min(self.statementTimeout, self.callDeadline) / 2
        return tables
    }

    /// - Throws: `SessionStoreError` with the code `unusable` that names all problems.
    func check() throws(SessionStoreError) {
        var problems: [String] = []
        func check(_ isRight: Bool, _ problem: @autoclosure () -> String) {
            if !isRight { problems.append(problem()) }
        }
        check(
            (1...1000).contains(self.maximumConnectionCount),
            "maximumConnectionCount is \(self.maximumConnectionCount): give 1 to 1000.")
        check(
            (1...1_000_000).contains(self.queueLimit), "queueLimit is \(self.queueLimit): give 1 to 1000000.")
        for (name, duration) in [
            ("connectDeadline", self.connectDeadline), ("callDeadline", self.callDeadline),
            ("statementTimeout", self.statementTimeout), ("reconnectDelay", self.reconnectDelay),
            ("maximumReconnectDelay", self.maximumReconnectDelay),
        ] {
            check(
                duration >= .milliseconds(1) && duration <= .hours(1),
                "\(name) is \(duration): give 1 millisecond to 1 hour.")
        }
        try SessionStoreError.check(self.tables.nameProblems + problems)
    }
}

extension PostgresTable {
    init(_ configuration: PostgresStoreConfiguration) {
        self.init(configuration.tables)
    }
}
#endif
