//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser

/// The source of the secret keys: a file or an environment variable.
package enum KeysArgument: Equatable {
    case file(path: String)
    case environment(name: String)

    package static func parse(_ text: String) throws -> KeysArgument {
        let scheme = "env:"
        guard !text.isEmpty, text != scheme else {
            throw ValidationError("Give the path of a file with one key a line, or env:NAME.")
        }
        return text.hasPrefix(scheme) ? .environment(name: String(text.dropFirst(scheme.count))) : .file(path: text)
    }
}
