//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The end of a session, as ``SessionEngine/endings(of:)-(Session)`` reports it.
public struct SessionEnd: Sendable, Hashable {
    /// How a session ended.
    public struct Reason: Sendable, Hashable, CustomStringConvertible {
        /// The reason as text, such as `expired`.
        public let description: String

        /// A logout, a revocation, or a login that replaced the session. Also a session that its store lost.
        public static let ended = Reason(description: "ended")
        /// The idle limit or the absolute limit has passed.
        public static let expired = Reason(description: "expired")
    }

    /// The session.
    public let sessionID: SessionID
    /// How it ended.
    public let reason: Reason

    init(_ sessionID: SessionID, _ reason: Reason) {
        self.sessionID = sessionID
        self.reason = reason
    }
}
