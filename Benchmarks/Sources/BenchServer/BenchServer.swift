//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Hummingbird
import Logging
import ServiceLifecycle
import Sessions
import SessionsHummingbird
import SessionsPostgres
import SessionsRedis
import SessionsSQLite
import Workloads

/// A minimal server for load tests, with or without sessions.
@main
struct BenchServer: AsyncParsableCommand {
    @Argument(
        help: """
            Where sessions are: memory, sealed, sqlite:PATH, redis://…, near:redis://… with a near cache, or \
            postgres://…. Or bare, or middleware for one that does nothing.
            """
    )
    var backend: String

    @Option(help: "The port to listen on.")
    var port = 8080

    func run() async throws {
        var logger = Logger(label: "bench-server")
        logger.logLevel = .warning
        guard self.backend != "bare", self.backend != "middleware" else {
            let router = Router(context: BasicRequestContext.self)
            if self.backend == "middleware" { router.add(middleware: IdleMiddleware()) }
            for path in ["untouched", "read", "counter"] { router.get("\(path)") { _, _ in "0" } }
            return try await self.serve(router, services: [], logger: logger)
        }
        var services: [any Service] = []
        let backend: SessionBackend
        switch self.backend {
        case "memory":
            backend = .stored(in: MemorySessionStore())
        case "sealed":
            backend = .sealed(with: .ephemeral(), revocation: .none)
        case let url where url.hasPrefix("sqlite:"):
            backend = .stored(in: try SQLiteSessionStore(path: String(url.dropFirst("sqlite:".count))))
        case let url where url.hasPrefix("postgres"):
            backend = .stored(in: try PostgresSessionStore(url, logger: logger))
        case let url:
            let hasNearCache = url.hasPrefix("near:")
            let configuration = try RedisConfiguration(url: hasNearCache ? String(url.dropFirst("near:".count)) : url)
            let client = try RedisClient(configuration, logger: logger)
            services.append(client)
            let nearCache =
                hasNearCache ? RedisNearCache.leased(.milliseconds(100), maximumCount: 100_000) : .off
            backend = .stored(in: try RedisSessionStore(client, nearCache: nearCache))
        }
        let engine = try SessionEngine(backend)
        let router = Router(context: BenchContext.self)
        router.add(middleware: SessionsMiddleware(engine))
        router.get("new") { _, context in
            try Harness.remember(in: context.session)
            return "1"
        }
        router.get("untouched") { _, _ in "0" }
        router.get("read") { _, context in try "\(context.session[.views])" }
        router.get("counter") { _, context in
            try context.session[.views] += 1
            return try "\(context.session[.views])"
        }
        try await self.serve(router, services: services, logger: logger)
    }

    private func serve(
        _ router: Router<some RequestContext & InitializableFromSource<ApplicationRequestContextSource>>,
        services: [any Service],
        logger: Logger
    ) async throws {
        try await Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: self.port)),
            services: services,
            logger: logger
        ).runService()
    }
}
