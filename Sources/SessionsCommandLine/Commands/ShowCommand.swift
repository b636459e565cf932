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

struct ShowCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a session: its user, times, client, and the names of its values."
    )

    @Argument(help: ArgumentHelp("The id of the session, 22 characters.", valueName: "id"))
    var id: String

    @OptionGroup var output: OutputArguments
    @OptionGroup var store: StoreArguments

    func perform() async throws {
        let id = try SessionIDArgument.id(self.id)
        let details = try await self.store.withStore { opened in try await SessionDetails.load(id, from: opened.store) }
        try Terminal.print(self.output.json ? JSONText.line(details) : details.text)
    }
}

/// The id of a session as an argument.
enum SessionIDArgument {
    static func id(_ text: String) throws(OperationError) -> SessionID {
        guard let id = SessionID(text) else {
            throw OperationError(.usage, "The id of a session has 22 characters, A-Z a-z 0-9 - _, as list prints it.")
        }
        return id
    }
}
#endif
