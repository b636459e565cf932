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

struct RotateKeysCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Puts a new key in front of a file. The others stay, and open what they made.",
        discussion: """
            The file is replaced by renaming, with the same owner, so that no running server reads half of it; servers \
            with a SecretKeyFile have it within seconds. With many servers, add the key with --staged, wait until all \
            have it, and then --promote it: otherwise a server that reads the file later takes what another sealed for a \
            stranger's.
            """
    )

    @Argument(help: ArgumentHelp("The path of the file.", valueName: "file"))
    var file: String

    @Flag(help: "Put the new key in the second place: it only opens, until --promote.")
    var staged = false

    @Flag(help: "Add no key: move the second one to the front.")
    var promote = false

    @Option(
        help: ArgumentHelp(
            "Remove openers of a known age over this many days, at the least the absolute limit of sessions.",
            valueName: "days"))
    var removeOlderThan: Int?

    @OptionGroup var output: OutputArguments

    func validate() throws {
        guard !(self.staged && self.promote) else { throw ValidationError("Give --staged or --promote, not both.") }
        guard self.removeOlderThan ?? 0 >= 0 else { throw ValidationError("--remove-older-than is 0 at the least.") }
    }

    func perform() async throws {
        let step: KeyFile.Step = self.promote ? .promotion : self.staged ? .second : .first
        let report = try KeyFile(self.file)
            .rotate(step, removingOlderThan: self.removeOlderThan.map { .seconds($0 * 86_400) })
        try Terminal.print(self.output.json ? JSONText.line(report) : report.text)
    }
}
#endif
