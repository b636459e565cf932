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

struct CheckKeysCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks a file of keys as servers do: permissions, ids and ages.",
        discussion: "The exit code is 1 for a file that servers refuse. No key is printed."
    )

    @Argument(help: ArgumentHelp("The path of the file.", valueName: "file"))
    var file: String

    @OptionGroup var output: OutputArguments

    func perform() async throws {
        let report = try KeyFile(self.file).report()
        try Terminal.print(self.output.json ? JSONText.line(report) : report.text)
        if report.problem != nil { throw ExitCode(1) }
    }
}
#endif
