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

struct StatsCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Counts live sessions by age, last use, size and user, with plots.",
        discussion: """
            All sessions are read once, page by page. Memory does not grow with the store: of more than 65536 users, a \
            sample stands for the rest, and the numbers say so.
            """
    )

    @Option(help: ArgumentHelp("How many sessions are read at once.", valueName: "count"))
    var pageSize = SessionWalk.defaultPageSize

    @OptionGroup var output: OutputArguments
    @OptionGroup var store: StoreArguments

    func validate() throws {
        guard (1...10_000).contains(self.pageSize) else { throw ValidationError("--page-size is 1 to 10000.") }
    }

    func perform() async throws {
        let statistics = try await self.store.withStore { opened in
            var statistics = SessionStatistics(now: SessionClock.system.now)
            let bar = ProgressBar(reportsTenths: false)
            let total = bar.isShown ? try await opened.store.count(now: SessionClock.system.now) : 0
            try await SessionWalk(opened.store, pageSize: self.pageSize).forEachPage { page in
                for record in page { statistics.add(record) }
                bar.show(statistics.sessionCount, of: total)
            }
            bar.clear()
            return statistics
        }
        try Terminal.print(self.output.json ? JSONText.line(statistics) : statistics.text)
    }
}
#endif
