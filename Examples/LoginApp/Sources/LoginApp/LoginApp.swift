//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import GRDB
import Hummingbird
import Logging
import ServiceLifecycle
import Sessions
import SessionsHummingbird
import SessionsPostgres
import SessionsRedis
import SessionsSQLite

/// The server. Environment variables configure it: README.md lists them.
@main
struct LoginApp {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        let logger = Logger(label: "LoginApp")
        let folder = environment["DATA_FOLDER"] ?? "."
        let users = try Users(DatabasePool(path: "\(folder)/users.sqlite"))

        var configuration = environment["DEVELOPMENT"] == nil ? SessionConfiguration() : .development
        if let proxies = environment["TRUSTED_PROXIES"] {
            configuration.trustedProxies = .networks(proxies.split(separator: ",").map(String.init))
        }
        let events = SessionEventStream()
        configuration.observers = [events]
        let audit = try SessionEventLog(events, appendingTo: "\(folder)/audit.jsonl", logger: logger)

        let (store, services) = try openStore(environment, folder, logger)
        let engine = try SessionEngine(
            .stored(in: store), configuration: configuration, transports: [CookieTransport(), BearerTransport()])
        let port = environment["PORT"].flatMap { Int($0) } ?? 8080
        let application = Application(
            router: try Routes(users: users, engine: engine).router(),
            configuration: .init(address: .hostname(environment["HOST"] ?? "127.0.0.1", port: port)),
            services: services + [audit],
            logger: logger
        )
        // On SIGTERM or SIGINT it answers the requests that it has, and ends.
        try await application.runService()
    }

    /// Opens the session store: Redis or PostgreSQL if the environment names one, else a file.
    static func openStore(
        _ environment: [String: String], _ folder: String, _ logger: Logger
    ) throws -> (any SessionStore, [any Service]) {
        if let url = environment["REDIS_URL"] {
            let client = try RedisClient(try RedisConfiguration(url: url), logger: logger)
            return (try RedisSessionStore(client), [client])
        }
        if let url = environment["POSTGRES_URL"] {
            let store = try PostgresSessionStore(url, logger: logger)
            return (store, [SessionSweeper(store, logger: logger)])
        }
        let store = try SQLiteSessionStore(path: "\(folder)/sessions.sqlite")
        return (store, [SessionSweeper(store, logger: logger)])
    }
}
