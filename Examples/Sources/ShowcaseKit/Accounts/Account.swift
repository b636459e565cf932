//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Sessions

/// A user of the demo. The passwords are public: the login page shows them.
package struct Account: Sendable {
    package let username: String
    package let name: String
    package let password: String

    package static let all = [
        Account(username: "ada", name: "Ada Lovelace", password: "lovelace"),
        Account(username: "alan", name: "Alan Turing", password: "turing"),
        Account(username: "grace", name: "Grace Hopper", password: "hopper"),
    ]

    package static func named(_ username: String) -> Account? {
        self.all.first { $0.username == username }
    }

    /// The account for a username and a password.
    ///
    /// Your application should store password hashes, made with Argon2 or scrypt, and never passwords.
    package static func opened(by credentials: Credentials) -> Account? {
        let account = self.named(credentials.username)
        // An unknown name takes as long as a wrong password.
        let isRight = Self.areEqual(credentials.password, account?.password ?? "nobody's")
        return isRight ? account : nil
    }

    /// As ``opened(by:)``, and fails with 429 after too many wrong passwords.
    package static func opened(
        by credentials: Credentials,
        _ throttle: LoginThrottle,
        in session: Session
    ) async throws -> Account? {
        let attempt = try await throttle.begin(credentials.username, in: session)
        guard let account = self.opened(by: credentials) else { return nil }
        try await attempt.succeed()
        return account
    }

    /// Compares in a time that depends only on the lengths.
    private static func areEqual(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
