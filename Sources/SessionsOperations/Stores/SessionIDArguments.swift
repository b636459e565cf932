//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The arguments of a command that are ids of sessions. One id in 64 begins with a hyphen, as options do.
package enum SessionIDArguments {
    /// Moves ids that look like options behind `--`, where they are no options.
    package static func separated(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        let isHyphenated = { (argument: String) in argument.hasPrefix("-") && SessionID(argument) != nil }
        let ids = arguments[..<end].filter(isHyphenated)
        guard !ids.isEmpty else { return arguments }
        return arguments[..<end].filter { !isHyphenated($0) } + ["--"] + ids + arguments[end...].dropFirst()
    }
}
