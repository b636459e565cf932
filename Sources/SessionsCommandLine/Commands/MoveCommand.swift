//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import ArgumentParser
import Foundation
import SessionsOperations

struct MoveCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Moves all sessions from one store to another, while servers run.",
        discussion: """
            Every server must run with a MigratingSessionStore of both stores. This can be stopped at any time, by ^C or by \
            force, and begun again; with --resume it goes on where it was. A URL with a password is given as env:NAME.
            """
    )

    @Argument(help: ArgumentHelp("The store that is left.", valueName: "from"))
    var from: String

    @Argument(help: ArgumentHelp("The store that takes over.", valueName: "to"))
    var to: String

    @Option(
        help: ArgumentHelp(
            "Where it is noted how far this is; it goes on from there, and removes the file at the end.",
            valueName: "file"))
    var resume: String?

    @Option(help: ArgumentHelp("How many sessions are read at once.", valueName: "count"))
    var pageSize = 1_000

    @Option(help: ArgumentHelp("How many sessions move at the same time.", valueName: "count"))
    var concurrency = 16

    @OptionGroup var output: OutputArguments
    @OptionGroup var details: StoreDetails

    func validate() throws {
        guard self.pageSize > 0, self.concurrency > 0 else {
            throw ValidationError("--page-size and --concurrency are 1 at the least.")
        }
    }

    func perform() async throws {
        let environment = ProcessInfo.processInfo.environment.filter { $0.key != StoreReference.passwordVariable }
        let from = try StoreReference(argument: self.from).location(in: environment)
        let to = try StoreReference(argument: self.to).location(in: environment)
        let logger = CommandLog.logger
        let old = try await OpenedSessionStore(from, self.details.options(createsMissing: false), logger: logger)
        let new = try await OpenedSessionStore(to, self.details.options(createsMissing: true), logger: logger)
        let move = MoveOperation(
            from: old.store, to: new.store, notingProgressIn: try self.resume.map { try MoveProgressFile(path: $0) },
            pageSize: self.pageSize, concurrency: self.concurrency)
        let bar = ProgressBar(reportsTenths: false)
        let outcome = try await move.run(beside: old.services + new.services, logger: logger) { bar.show($0, of: $1) }
        bar.clear()
        guard let outcome else {
            Terminal.note("Stopped. What was moved stays moved; run this again for the rest.")
            throw ExitCode(130)
        }
        try Terminal.print(
            self.output.json
                ? JSONText.line(outcome)
                : "Moved \(outcome.moved) sessions; \(outcome.left) are left in the old store.")
    }
}
#endif
