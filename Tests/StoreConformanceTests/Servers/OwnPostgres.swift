//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && Redis && SQLite
import Foundation
import Sessions
import TestSupport
import Testing

/// A PostgreSQL that one test has for itself, and may freeze, kill and start again.
final class OwnPostgres: Sendable {
    let port: Int
    private let folder: TemporaryFolder
    private let options: [String]
    private let server: ServerProcess

    private init(in folder: TemporaryFolder, port: Int, options: [String]) throws {
        self.folder = folder
        self.port = port
        self.options = options
        self.server = ServerProcess(try SharedPostgres.variable("_PROGRAM"))
    }

    /// Runs the body beside a server.
    static func with<Result>(
        options: [String] = [],
        _ body: (OwnPostgres) async throws -> Result
    ) async throws -> Result {
        try await TemporaryFolder.with { folder in
            let own = try OwnPostgres(in: folder, port: try await OwnServer.freePort(), options: options)
            defer { own.kill() }
            try await own.start()
            return try await body(own)
        }
    }

    /// Starts it, and returns when it takes connections.
    func start() async throws {
        let options = self.options.flatMap { ["-c", $0] }
        try await self.server.start(
            [self.folder.path("data"), "\(self.port)"] + options,
            until: "database system is ready to accept connections"
        )
    }

    func kill() { self.server.kill() }
    func stop() { self.server.stop() }
    func freeze() { self.server.freeze() }
    func thaw() { self.server.thaw() }

    /// Where it is, for a role.
    func string(as role: String = "sessions", port: Int? = nil) -> String {
        "postgres://\(role):sesame@127.0.0.1:\(port ?? self.port)/postgres"
    }

    /// Tells it something, as its owner.
    @discardableResult
    func tell(_ statements: String...) async throws -> [[String?]] {
        let database = try PostgresDatabase(self.string(as: "postgres"))
        var rows: [[String?]] = []
        for statement in statements { rows = try await database.tell(statement) }
        return rows
    }

    /// Ends all connections of the store's role.
    func closeConnections() async throws {
        try await self.tell("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sessions'")
    }
}
#endif
