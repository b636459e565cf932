//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Logging
import SessionsOperations
import ShowcaseKit

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
        let move = MoveOperation(
            from: old.store, to: new.store, notingProgressIn: try self.resume.map { try MoveProgressFile(path: $0) },
            pageSize: self.pageSize, concurrency: self.concurrency)
        let bar = ProgressBar()
        do {
            let outcome = try await move.run(beside: old.services + new.services, logger: logger) {
                bar.show($0, of: $1)
            }
            guard let outcome else { throw ExitCode(130) }
            bar.end(with: "Moved \(outcome.moved) sessions; \(outcome.left) are left in the old store.")
        } catch {
            bar.end(with: "Stopped. What was moved stays moved; run this again for the rest.")
            throw error
        }
    }
}
