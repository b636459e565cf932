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

struct SweepCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Removes expired sessions and tombstones from a store that keeps them.",
        discussion: "Redis and Valkey remove them by themselves. Servers sweep as well, if they run a SessionSweeper."
    )

    @OptionGroup var output: OutputArguments
    @OptionGroup var store: StoreArguments

    private struct Result: Encodable {
        var removed: Int
        var isNeeded: Bool
    }

    func perform() async throws {
        let removed = try await self.store.withStore { opened in try await SessionSweep.run(opened.store) }
        guard !self.output.json else {
            return try Terminal.print(JSONText.line(Result(removed: removed ?? 0, isNeeded: removed != nil)))
        }
        try Terminal.print(
            removed.map { "\($0) expired records were removed." } ?? "This store removes expired sessions by itself.")
    }
}
#endif
