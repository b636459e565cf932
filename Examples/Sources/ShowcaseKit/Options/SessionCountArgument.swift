//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser

/// A maximum number of sessions, or none.
struct SessionCountArgument {
    /// Nil for no maximum.
    let maximum: Int?

    static func parse(_ text: String) throws -> SessionCountArgument {
        if text == "unlimited" { return SessionCountArgument(maximum: nil) }
        guard let count = Int(text), count > 0 else {
            throw ValidationError("\"\(text)\" is not a number of sessions: give 1 or more, or unlimited.")
        }
        return SessionCountArgument(maximum: count)
    }
}
