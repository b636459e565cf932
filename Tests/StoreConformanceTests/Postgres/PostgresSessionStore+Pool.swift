//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Testing

@testable import SessionsPostgres

extension PostgresSessionStore {
    /// The store's own client, on libpq.
    var pool: PostgresPool {
        get throws { try #require(self.client as? PostgresPool) }
    }
}

extension PostgresCommand {
    /// A statement that is none of the store's.
    static func reading(number: Int = 99, sql: String) -> PostgresCommand {
        PostgresCommand(PostgresStatement(number: number, sql: sql), [], .readOnly)
    }
}
#endif
