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

struct ListCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists live sessions, of everyone or of a user.",
        discussion: "Sessions are read page by page, and printed as they are read: memory does not grow with the store."
    )

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Only the sessions of this user, exactly as they log in.", valueName: "user"))
    var user: String?

    @Option(help: ArgumentHelp("The most sessions to list. (default: all)", valueName: "count"))
    var limit: Int?

    // A cursor may begin with a hyphen.
    @Option(
        parsing: .unconditional, help: ArgumentHelp("Go on where a list with --limit ended.", valueName: "cursor"))
    var from: String?

    @Option(help: ArgumentHelp("How many sessions are read at once.", valueName: "count"))
    var pageSize = SessionWalk.defaultPageSize

    @OptionGroup var output: OutputArguments
    @OptionGroup var store: StoreArguments

    func validate() throws {
        guard (1...10_000).contains(self.pageSize), self.limit ?? 1 > 0 else {
            throw ValidationError("--page-size is 1 to 10000, and --limit is 1 at the least.")
        }
        guard self.from.map({ SessionCursor($0) != nil }) ?? true else {
            throw ValidationError("--from takes what a list with --limit printed at its end.")
        }
    }

    func perform() async throws {
        try await self.store.withStore { opened in
            let walk = SessionWalk(opened.store, user: self.user, pageSize: self.pageSize)
            if !self.output.json { try Terminal.print(SessionRow.header) }
            let now = SessionClock.system.now
            let next = try await walk.forEachPage(from: self.from.flatMap { SessionCursor($0) }, limit: self.limit) {
                page in
                let lines =
                    self.output.json
                    ? try page.map { try JSONText.line(ListedSession($0)) }
                    : page.map { SessionRow.line($0, now: now) }
                if !lines.isEmpty { try Terminal.print(lines.joined(separator: "\n")) }
            }
            if let next { Terminal.note("There are more: go on with --from \(next)") }
        }
    }
}
#endif
