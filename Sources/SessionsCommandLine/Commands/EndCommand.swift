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

struct EndCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "Ends sessions at once, on every server of the store."
    )

    @Argument(help: ArgumentHelp("The ids of the sessions.", valueName: "id"))
    var ids: [String]

    @OptionGroup var output: OutputArguments
    @OptionGroup var store: StoreArguments

    private struct Result: Encodable {
        var ended: [String]
        var notFound: [String]
    }

    func perform() async throws {
        let ids = try self.ids.map { try SessionIDArgument.id($0) }
        let result = try await self.store.withStore { opened in
            let endings = try EndOperation(opened.store)
            var result = Result(ended: [], notFound: [])
            for id in ids {
                if try await endings.end(id) {
                    result.ended.append(id.description)
                } else {
                    result.notFound.append(id.description)
                }
            }
            return result
        }
        if self.output.json {
            try Terminal.print(JSONText.line(result))
        } else {
            for id in result.ended { try Terminal.print("\(id) has ended.") }
            for id in result.notFound { Terminal.note("\(id) is no live session.") }
        }
        if !result.notFound.isEmpty { throw ExitCode(1) }
    }
}
#endif
