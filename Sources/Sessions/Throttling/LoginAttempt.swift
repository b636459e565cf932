//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// An attempt to log in that a ``LoginThrottle`` has let through. It counts as failed until ``succeed()``.
public struct LoginAttempt: Sendable {
    /// The user of the attempt.
    public var subject: String { self.subjectBytes.text }
    let subjectBytes: ByteString
    /// How many attempts of this user in a row have not succeeded, with this one. NIST SP 800-63B-4, 3.2.2, allows 100:
    /// then the password must not open the account any more, until it is reset.
    public let consecutiveFailures: Int
    /// Whether the client is one from which the user has logged in, so that attempts from elsewhere do not delay it.
    public let isFromKnownPlace: Bool
    let throttle: LoginThrottle
    /// The place of the attempt, if it is known.
    let place: String?
    /// The client's places.
    let keys: [String]
    /// The network that has counted the attempt; nil if none has.
    let network: String?

    /// Records that the password was right: the attempt no longer counts, and the client's network and device are known
    /// from now on. Failed attempts of other users in the same network still count.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, or `contention`. The attempt then counts as failed.
    public func succeed() async throws {
        try await self.throttle.succeed(self)
    }
}

extension LoginAttempt: CustomStringConvertible, CustomReflectable {
    /// Nothing of the user.
    public var description: String { "LoginAttempt(\(self.isFromKnownPlace ? "known place" : "elsewhere"))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
