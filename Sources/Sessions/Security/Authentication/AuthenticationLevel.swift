//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The strength of an authentication: a rank for comparison, and the name that clients use.
///
/// The application passes it to ``Session/logIn(_:carrying:remember:deviceLabel:credentialVersion:methods:level:)`` and
/// requires it with ``Session/requireAuthentication(level:within:)``. The application decides what each level needs.
/// The three predefined levels are those of NIST SP 800-63B.
public struct AuthenticationLevel: Sendable, Hashable {
    /// The rank of the level, 1 to 255. A higher rank satisfies a lower one.
    public let rank: Int
    /// The name that a client is asked for: a value of `acr_values` (RFC 9470, OpenID Connect), 1 to 64 printable ASCII
    /// characters without spaces, quotes and backslashes.
    public var name: String { self.nameBytes.text }
    let nameBytes: ByteString

    /// Creates a level. The methods that use it check the rank and the name.
    public init(rank: Int, name: String) {
        self.rank = rank
        self.nameBytes = ByteString(name)
    }

    /// One factor, such as a password: `aal1`.
    public static let aal1 = AuthenticationLevel(rank: 1, name: "aal1")
    /// Two factors: `aal2`.
    public static let aal2 = AuthenticationLevel(rank: 2, name: "aal2")
    /// Two factors, including a phishing-resistant hardware key: `aal3`.
    public static let aal3 = AuthenticationLevel(rank: 3, name: "aal3")

    /// - Throws: ``SessionError`` with the code `invalidAuthentication`.
    package func check() throws(SessionError) {
        guard (1...255).contains(self.rank), self.nameBytes.isWord else {
            throw .invalidAuthentication(
                """
                The authentication level with rank \(self.rank) and name "\(UntrustedText.escaped(self.name))" is refused: \
                give a rank of 1 to 255, and a name of 1 to 64 printable ASCII characters without spaces, quotes and \
                backslashes.
                """
            )
        }
    }
}

extension ByteString {
    /// Whether it is valid in a quoted, space-separated list: 1 to 64 characters of RFC 6749's NQCHAR.
    var isWord: Bool {
        (1...64).contains(self.text.utf8.count)
            && self.text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
    }
}
