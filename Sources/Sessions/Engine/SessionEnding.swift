//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What the end of a request leaves for its response to say.
struct SessionEnding {
    var cookie: SessionPlan.CookieStep
    /// Whether the handler read or wrote the session, so that the response depends on it.
    var wasAccessed: Bool
    /// Whether the request ended a session in which somebody was logged in, and nobody is logged in now.
    var hasLoggedOut: Bool
}

extension SessionState {
    /// What is left to say when the request ends with this cookie step.
    mutating func ending(_ cookie: SessionPlan.CookieStep) -> SessionEnding {
        SessionEnding(
            cookie: cookie,
            wasAccessed: self.wasAccessed,
            hasLoggedOut: self.hasLoggedOut && self.live?.record.subject == nil
        )
    }
}
