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

struct NewKeysCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Makes a file with one new key, readable by its owner alone.",
        discussion: "An existing file is left as it is."
    )

    @Argument(help: ArgumentHelp("The path of the new file.", valueName: "file"))
    var file: String

    @OptionGroup var output: OutputArguments

    func perform() async throws {
        let file = KeyFile(self.file)
        _ = try file.create()
        let report = try file.report()
        try Terminal.print(self.output.json ? JSONText.line(report) : report.text)
    }
}
#endif
