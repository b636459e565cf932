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

/// The command line of operators.
@main
struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions",
        abstract: "Lists, explains, ends and moves sessions, rotates keys, and examines stores.",
        discussion: """
            A store is sqlite:PATH, redis://…, rediss://…, redis-cluster://…, redis-sentinel://…, unix://… or postgres://…. \
            Give it as --store, as env:NAME, or in the environment variable SESSIONS_STORE. A password belongs into that \
            variable, into SESSIONS_STORE_PASSWORD, or into a file (--password-file), and is refused on the command line.

            No output has a secret: ids of sessions and keys open nothing.

            With --json, list and watch print a JSON object for each session, one a line, and every other command \
            one object.

            Exit codes: 0 done; 1 the answer is no, such as no such session, a rejected cookie or a finding of an error; \
            64 wrong command line; 65 unusable input; 66 a missing file; 69 the store does not answer; 73 a file \
            cannot be made; 77 no permission; 78 unusable keys or store; 130 stopped by ^C.
            """,
        subcommands: [
            ListCommand.self, ShowCommand.self, EndCommand.self, EndAllCommand.self, StatsCommand.self,
            WatchCommand.self, SweepCommand.self, MoveCommand.self, KeysCommand.self, ExplainCommand.self,
            DoctorCommand.self,
        ]
    )

    static func main() async {
        let arguments = Array(Swift.CommandLine.arguments.dropFirst())
        // Before parsing, whose error messages repeat arguments.
        if let refusal = ArgumentSecrets.refusal(of: arguments) {
            Terminal.complain(refusal)
            exit(withError: ExitCode(refusal.code.exitCode))
        }
        await self.main(SessionIDArguments.separated(arguments))
    }
}
#else
/// What a build without the trait makes.
@main
struct SessionsCommand {
    static func main() {
        print("This sessions was built without its commands. Build it with: swift build --traits CommandLine")
    }
}
#endif
