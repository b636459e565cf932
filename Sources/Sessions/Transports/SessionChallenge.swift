//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// A challenge for a client that must authenticate: the parameters of a `WWW-Authenticate` field.
public struct SessionChallenge: Sendable, Hashable {
    /// What was wrong with the request's credential, as an error code of RFC 6750, section 3.1, or RFC 9470; nil when
    /// it carried none.
    public let error: String?
    /// The maximum age of the authentication (RFC 9470), in whole seconds on the wire; nil for any age.
    public let maxAge: Duration?
    /// The accepted levels of authentication, the preferred first (RFC 9470); empty for any level. None has a space, a
    /// quote or a backslash.
    public let acrValues: [String]

    init(error: String? = nil, maxAge: Duration? = nil, acrValues: [String] = []) {
        self.error = error
        self.maxAge = maxAge
        self.acrValues = acrValues
    }

    /// The request has no credential.
    public static let missing = SessionChallenge()

    /// The credential cannot be parsed: it is repeated, or its format is unknown.
    public static let malformed = SessionChallenge(error: "invalid_request")

    /// The credential is a token that opens nothing: it was damaged, or its session has ended.
    public static let unknownToken = SessionChallenge(error: "invalid_token")

    /// The user is known, and authenticated too long ago (RFC 9470).
    public static func tooOld(maxAge: Duration) -> SessionChallenge {
        SessionChallenge(error: "insufficient_user_authentication", maxAge: maxAge)
    }

    /// The user is known, and authenticated at too low a level, or too long ago (RFC 9470).
    static func tooWeak(_ level: AuthenticationLevel, maxAge: Duration?) -> SessionChallenge {
        SessionChallenge(error: "insufficient_user_authentication", maxAge: maxAge, acrValues: [level.name])
    }
}
