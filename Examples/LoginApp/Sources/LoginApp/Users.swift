//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import GRDB

struct User: Codable, Sendable, FetchableRecord, PersistableRecord {
    var id: String
    var name: String
    var displayName: String
    var password: PasswordHash
}

/// The users, in an SQLite database.
struct Users: Sendable {
    private let database: any DatabaseWriter

    init(_ database: any DatabaseWriter) throws {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("users") { database in
            try database.create(table: "user") { table in
                table.primaryKey("id", .text)
                table.column("name", .text).notNull().unique().collate(.nocase)
                table.column("displayName", .text).notNull()
                table.column("password", .text).notNull()
            }
        }
        try migrator.migrate(database)
        self.database = database
    }

    /// Returns nil if the name is taken.
    func register(_ name: String, _ password: String) async throws -> User? {
        let hash = try await PasswordHash(password)
        let user = User(id: UUID().uuidString, name: name, displayName: name, password: hash)
        do {
            return try await self.database.write { database in try user.inserted(database) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            return nil
        }
    }

    /// Returns nil if there is no such user, or if the password is wrong.
    func authenticate(_ name: String, _ password: String) async throws -> User? {
        let user = try await self.database.read { database in
            try User.filter(Column("name").collating(.nocase) == name).fetchOne(database)
        }
        let hash = user?.password ?? .ofUnknownUser
        return try await hash.matches(password) ? user : nil
    }

    func find(_ id: String) async throws -> User? {
        try await self.database.read { database in try User.fetchOne(database, key: id) }
    }

    func update(_ user: User) async throws {
        try await self.database.write { database in try user.update(database) }
    }

    /// Throws unless the database answers.
    func check() async throws {
        _ = try await self.database.read { database in try User.limit(1).fetchCount(database) }
    }
}
