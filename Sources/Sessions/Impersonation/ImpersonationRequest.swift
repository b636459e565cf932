//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The wish of an administrator to act as another user, for the application to decide about
/// (``SessionConfiguration/allowsImpersonation``).
public struct ImpersonationRequest: Sendable, Equatable {
    /// The administrator: who is logged in.
    public var actor: String { self.actorBytes.text }
    private let actorBytes: ByteString
    /// The user as whom the administrator wants to act.
    public var subject: String { self.subjectBytes.text }
    private let subjectBytes: ByteString
    /// The administrator's reason, at most 256 bytes. It is untrusted text.
    public var reason: String { self.reasonBytes.text }
    private let reasonBytes: ByteString
    /// How long, at least 1 second. The administrator's session may end earlier, and this one with it.
    public let lifetime: Duration
    /// When the administrator last authenticated.
    public let authenticatedAt: SessionInstant

    init(actor: String, subject: String, reason: String, lifetime: Duration, authenticatedAt: SessionInstant) {
        self.actorBytes = ByteString(actor)
        self.subjectBytes = ByteString(subject)
        self.reasonBytes = ByteString(reason)
        self.lifetime = lifetime
        self.authenticatedAt = authenticatedAt
    }
}
