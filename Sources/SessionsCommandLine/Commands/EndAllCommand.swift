//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import ArgumentParser
import SessionsOperations

struct EndAllCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "end-all",
        abstract: "Ends all sessions of a user, or of all users.",
        discussion: """
            On a terminal it asks first. Elsewhere it needs --yes. It can be stopped and begun again: what has ended \
            stays ended.
            """
    )

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Whose sessions, exactly as they log in.", valueName: "user"))
    var user: String?

    @Flag(help: "The sessions of all users and anonymous visitors.")
    var everybody = false

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var output: OutputArguments
    @OptionGroup var store: StoreArguments

    private struct Result: Encodable {
        var ended: Int
        var user: String?
    }

    func validate() throws {
        guard (self.user != nil) != self.everybody else { throw ValidationError("Give --user USER or --everybody.") }
    }

    func perform() async throws {
        let whose = self.user.map { "of the user \"\($0)\"" } ?? "of all users"
        let result = try await self.store.withStore { opened -> Result in
            let endings = try EndOperation(opened.store)
            let count = try await endings.count(of: self.user)
            if !self.yes {
                guard Terminal.isInteractive else {
                    throw OperationError(.usage, "There is no terminal to ask: give --yes to end \(count) sessions.")
                }
                guard Terminal.confirms("End all \(count) sessions \(whose)?") else {
                    throw OperationError(.negative, "Nothing has ended.")
                }
            }
            guard let user = self.user else {
                let bar = ProgressBar(reportsTenths: false)
                let ended = try await endings.endEverything { bar.show($0, of: count) }
                bar.clear()
                return Result(ended: ended)
            }
            try await endings.endAll(of: user)
            return Result(ended: count, user: user)
        }
        try Terminal.print(
            self.output.json ? JSONText.line(result) : "\(result.ended) sessions \(whose) have ended.")
    }
}
#endif
