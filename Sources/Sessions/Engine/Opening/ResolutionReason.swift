//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Which kind of credential a request had: the first half of its log line.
package enum ResolutionReason: String, Sendable {
    case noToken = "no token"
    case malformed = "a malformed token"
    case unknown = "a token of no session"
    case expired = "the token of an expired session"
    case wrongSecret = "a session's id with a wrong secret"
    case replayedSecret = "a retired secret"
    case unreadable = "the token of a session that cannot be read"
    case ended = "the token of a session that has just ended"
    case unproven = "the token of a bound session after its lifetime"
    case several = "the tokens of several sessions"
    case storeUnavailable = "a token, but the store is unavailable"
    case previousSecret = "the token from before a renewal"
    case found = "the token of a session"

    /// The reason of a credential that opened a session.
    @inline(__always)  // "memory: untouched"
    init(found live: SessionState.LoadedSession) {
        self = live.holdsCurrentSecret ? .found : .previousSecret
    }
}
