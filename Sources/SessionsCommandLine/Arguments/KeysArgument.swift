//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation
import Sessions
import SessionsOperations

/// The keys of a server: a file, or an environment variable as `env:NAME`.
enum KeysArgument {
    static func keyring(_ text: String) throws -> SecretKeyring {
        let scheme = "env:"
        guard text.hasPrefix(scheme) else {
            return try SecretKeyFile(text, accessByOthers: .allowed, logger: CommandLog.logger).keyring
        }
        return try SecretKeyring(environment: String(text.dropFirst(scheme.count)))
    }
}
#endif
