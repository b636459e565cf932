//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Foundation
import Sessions
import Synchronization

@testable import SessionsPostgres

/// A database that a test asks and changes behind a store's back, as its administrator would. Each instance is one
/// session of PostgreSQL.
final class PostgresDatabase: Sendable {
    private let session: Mutex<PostgresConnection>

    init(_ string: String) throws {
        let connection = try PostgresConnection(
            PostgresConnectionString(string), name: "test", pollHook: Self.pollHook())
        self.session = Mutex(connection)
    }

    /// Runs statements, and gives the rows of the last one's answer, with what is in their columns as text.
    @discardableResult
    func tell(_ statements: String...) async throws -> [[String?]] {
        let replies = try self.session.withLock { session in
            try statements.map { try session.simpleQuery($0, pollHook: Self.pollHook()) }
        }
        return try (replies.last?.rows ?? []).map { row in
            try row.cells.indices.map { column in
                try row.bytes(column).map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    private static func pollHook() -> PostgresConnection.PollHook {
        let end = ContinuousClock.now + .seconds(60)
        return { () throws(PostgresError) -> Duration in
            guard end > .now else { throw .deadlineExceeded }
            return end - .now
        }
    }
}
#endif
