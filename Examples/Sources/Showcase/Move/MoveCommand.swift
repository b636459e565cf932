//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Logging
import ServiceLifecycle
import Sessions
import UnixSignals

/// Migrates the sessions that no request touches, while servers run.
struct MoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Moves all sessions from one store to another, while servers run.",
        discussion: """
            Every server must run with --moving-to, the phase being preparing or moving. This can be stopped at any time, \
            by ^C or by force, and begun again; with --resume it goes on where it was.
            """
    )

    @Option(
        help: ArgumentHelp("The store that is left.", valueName: "store"),
        transform: StoreArgument.parse
    )
    var from: StoreArgument

    @Option(
        help: ArgumentHelp("The store that takes over.", valueName: "store"),
        transform: StoreArgument.parse
    )
    var to: StoreArgument

    @Option(
        help: ArgumentHelp(
            "Who signed the certificate of a rediss:// server: a PEM file. (default: whom the system trusts)",
            valueName: "file"
        )
    )
    var redisAuthority: String?

    @Flag(help: "A pooler such as PgBouncer, in its transaction mode, is in front of PostgreSQL.")
    var postgresPooler = false

    @Option(
        help: ArgumentHelp(
            "Where it is noted how far this is; it goes on from there, and removes the file at the end.",
            valueName: "file"
        )
    )
    var resume: String?

    @Option(help: ArgumentHelp("How many sessions are read at once.", valueName: "count"))
    var pageSize = 1_000

    @Option(help: ArgumentHelp("How many sessions move at the same time.", valueName: "count"))
    var concurrency = 16

    func validate() throws {
        guard self.from.isStored, self.to.isStored else {
            throw ValidationError(
                "Sessions move from a store to a store: give memory, sqlite:PATH, or a server for each.")
        }
        guard self.pageSize > 0, self.concurrency > 0 else {
            throw ValidationError("--page-size and --concurrency are 1 at the least.")
        }
    }

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "Showcase")
        logger.logLevel = .warning
        func opened(_ store: StoreArgument) throws -> OpenedStore {
            try OpenedStore(
                store, redisAuthority: self.redisAuthority, isPostgresPooled: self.postgresPooler, logger: logger)
        }
        let (old, new) = (try opened(self.from), try opened(self.to))
        let place = try self.resume.map { try MovePlace(path: $0) }
        let (pageSize, concurrency) = (self.pageSize, self.concurrency)
        let move = MoveService {
            try await Self.move(
                from: old.store, to: new.store, place: place, pageSize: pageSize, concurrency: concurrency)
        }
        // When the migration is done, it ends the other services. ^C ends the migration between two pages.
        var services = (old.services + new.services).map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        services.append(.init(service: move, successTerminationBehavior: .gracefullyShutdownGroup))
        let configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await ServiceGroup(configuration: configuration).run()
        if move.wasStopped { throw ExitCode(130) }
    }

    private static func move(
        from old: some SubjectSessionStore & EnumerableSessionStore,
        to new: some SubjectSessionStore & EnumerableSessionStore,
        place: MovePlace?,
        pageSize: Int,
        concurrency: Int
    ) async throws {
        let bar = ProgressBar()
        let store = MigratingSessionStore(from: old, to: new, phase: .migrating)
        do {
            let done = try await store.migrateAll(
                from: place?.beginning, pageSize: pageSize, concurrency: concurrency
            ) { progress in
                try place?.note(progress.cursor)
                bar.show(progress.moved, of: progress.total)
            }
            let left = try await old.count(now: SessionClock.system.now)
            try place?.remove()
            bar.end(with: "Moved \(done.moved) sessions; \(left) are left in the old store.")
        } catch {
            bar.end(with: "Stopped. What was moved stays moved; run this again for the rest.")
            // A store that was stopped may throw an error of its own.
            try Task.checkCancellation()
            throw (error as? SessionStoreError).map { ShowcaseFailure($0) } ?? error
        }
    }
}
