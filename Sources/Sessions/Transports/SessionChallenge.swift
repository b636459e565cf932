//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// What a client is told that must say who it is: the parameters of a `WWW-Authenticate` field.
public struct SessionChallenge: Sendable, Hashable {
    /// What was wrong with what the request carried, in the words of RFC 6750, section 3.1, or RFC 9470; nil when it
    /// carried nothing.
    public let error: String?
    /// How long ago the client may have proven who it is (RFC 9470), in whole seconds on the wire; nil where that does
    /// not matter.
    public let maxAge: Duration?
    /// The levels of authentication that do, the preferred first (RFC 9470); empty where that does not matter. None has
    /// a space, a quote or a backslash.
    public let acrValues: [String]

    init(error: String? = nil, maxAge: Duration? = nil, acrValues: [String] = []) {
        self.error = error
        self.maxAge = maxAge
        self.acrValues = acrValues
    }

    /// Nobody has said who they are.
    public static let missing = SessionChallenge()

    /// What was carried cannot be read: repeated, or of no known form.
    public static let malformed = SessionChallenge(error: "invalid_request")

    /// What was carried is a token that opens nothing: it was damaged, or its session has ended.
    public static let unknownToken = SessionChallenge(error: "invalid_token")

    /// Who it is is known, and was proven too long ago (RFC 9470).
    public static func tooOld(maxAge: Duration) -> SessionChallenge {
        SessionChallenge(error: "insufficient_user_authentication", maxAge: maxAge)
    }

    /// Who it is is known, and was proven by too little for what is asked, or too long ago (RFC 9470).
    static func tooWeak(_ level: AuthenticationLevel, maxAge: Duration?) -> SessionChallenge {
        SessionChallenge(error: "insufficient_user_authentication", maxAge: maxAge, acrValues: [level.name])
    }
}
