//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// How a request came to what it stands on: the first half of the line that says why.
enum ResolutionReason: String, Sendable {
    case noToken = "no token"
    case malformed = "nothing that is a token"
    case unknown = "a token of no session"
    case expired = "the token of an expired session"
    case wrongSecret = "a session's id without its secret"
    case replayedSecret = "a secret that was renewed long ago"
    case unreadable = "the token of a session that cannot be read"
    case ended = "the token of a session that has just ended"
    case several = "the tokens of several sessions"
    case storeUnavailable = "a token, and a store that does not answer"
    case previousSecret = "the token from before a renewal"
    case found = "the token of a session"
}
