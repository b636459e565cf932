//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SecretKeyFile {
    /// What happens when users other than the owner can read a key file. A file that they can write is always rejected.
    public struct AccessByOthers: Sendable, Hashable {
        enum Choice: Hashable { case refused, warned, allowed }

        let choice: Choice

        /// The file is rejected.
        public static let refused = AccessByOthers(choice: .refused)

        /// The file is read, and a warning is logged. This is the default: mounted secrets, as in Kubernetes, are often
        /// readable by a group.
        public static let warned = AccessByOthers(choice: .warned)

        /// The file is read, and nothing is logged.
        ///
        /// - Warning: Every program on the machine that can read the file can make sessions and read sealed ones.
        public static let allowed = AccessByOthers(choice: .allowed)
    }
}

/// Who may read and write a key file, from its mode alone.
struct KeyFileAccess {
    let mode: UInt32
    let path: String

    /// In octal digits, as for `chmod`.
    private var text: String {
        let digits = String(self.mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// - Throws: ``SessionError`` with the code `configuration` when others can write it, or read it and the policy
    ///   rejects that.
    /// - Returns: A message for the log, if any.
    func check(_ policy: SecretKeyFile.AccessByOthers) throws(SessionError) -> String? {
        if self.mode & 0o022 != 0 {
            throw SessionError(
                .configuration,
                """
                The file of secret keys \(self.path) has mode \(self.text): users other than its owner can write it, and \
                anyone who can write it can make sessions. Run: chmod go-w \(self.path)
                """
            )
        }
        guard self.mode & 0o044 != 0, policy != .allowed else { return nil }
        let problem = """
            The file of secret keys \(self.path) has mode \(self.text): users other than its owner can read it. \
            Run: chmod go-r \(self.path)
            """
        guard policy == .refused else { return problem }
        throw SessionError(
            .configuration, "\(problem), or set accessByOthers to .warned where that cannot be changed.")
    }
}
