//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import ArgumentParser

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes, checks and rotates files of secret keys.",
        subcommands: [NewKeysCommand.self, CheckKeysCommand.self, RotateKeysCommand.self]
    )
}
#endif
