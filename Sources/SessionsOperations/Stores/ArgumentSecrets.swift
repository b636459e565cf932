//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Sessions

/// Finds secrets among the arguments of a command line, before anything else can repeat them.
package enum ArgumentSecrets {
    /// Why arguments are refused. It does not repeat them.
    package static func refusal(of arguments: [String]) -> OperationError? {
        for (index, argument) in arguments.enumerated() {
            // A cursor looks like a token, and opens nothing.
            if index > 0, arguments[index - 1] == "--from" { continue }
            if argument.hasPrefix("--from=") { continue }
            let parts = argument.split(separator: "=", maxSplits: 1).map { String($0) }
            for text in [argument] + parts.dropFirst() {
                if let refusal = self.refusal(ofText: text) { return refusal }
            }
        }
        return nil
    }

    private static func refusal(ofText text: String) -> OperationError? {
        if StoreLocation(text)?.hasPassword == true {
            return OperationError(
                .usage,
                """
                A password on the command line is visible to every user of this machine: put the whole URL into the \
                environment variable \(StoreReference.variable), name another variable as env:NAME, or leave the password \
                out of the URL and give --password-file FILE or the variable \(StoreReference.passwordVariable).
                """
            )
        }
        let isCredential =
            switch CredentialForm(text.utf8) {
            case .unknown: false
            case .token, .signedToken, .sealed, .express: true
            }
        if isCredential {
            return OperationError(
                .usage,
                """
                A cookie on the command line is visible to every user of this machine: end its session, and give cookies \
                to sessions explain on standard input.
                """
            )
        }
        if (try? SecretKey(text)) != nil {
            return OperationError(
                .usage,
                "A secret key on the command line is visible to every user of this machine: make another, in a file.")
        }
        return nil
    }
}
#endif
