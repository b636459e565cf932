//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import ArgumentParser
import Sessions
import SessionsOperations

struct WatchCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Prints the sessions that end, as they end, until ^C.",
        discussion: """
            For Redis, Valkey, and a PostgreSQL whose servers have reportsEndings (--postgres-reports-endings). Sessions \
            that expire are not reported. With --json it prints an object for each session, one a line.
            """
    )

    @Option(help: ArgumentHelp("Stop after so many sessions.", valueName: "number"))
    var limit: Int?

    @OptionGroup var output: OutputArguments
    @OptionGroup var store: StoreArguments

    private struct Line: Encodable {
        var time: String
        var ended: String
    }

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit): give 1 or more.") }
    }

    func perform() async throws {
        try await self.store.withStore { opened in
            let watch = try EndingWatch(opened.store)
            var count = 0
            do {
                try await watch.run { event in
                    switch event {
                    case .watching: Terminal.note("Watching.")
                    case .interrupted: Terminal.note("The connection is lost: endings are missed until it is back.")
                    case .ended(let id):
                        let line = Line(time: "\(SessionClock.system.now)", ended: "\(id)")
                        try Terminal.print(self.output.json ? JSONText.line(line) : "\(line.time)  \(line.ended)")
                        count += 1
                        if count == self.limit { throw LimitReached() }
                    }
                }
            } catch is LimitReached {}
        }
    }

    private struct LimitReached: Error {}
}
#endif
