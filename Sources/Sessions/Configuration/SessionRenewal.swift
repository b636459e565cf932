//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// When the secret of a session is renewed by time alone.
///
/// Renewal shortens the use of a leaked secret. Pages load in parallel, so the previous secret still opens the session
/// for a grace period, in which every response delivers the same new one. After the grace period the previous secret is
/// rejected and reported, because someone kept a copy.
public struct SessionRenewal: Sendable, Equatable {
    /// The maximum age of a secret. Nil, the default, means that time alone never renews it.
    public var after: Duration?
    /// How long the previous secret still opens the session. The default is 30 seconds.
    public var grace: Duration

    /// Creates a renewal rule.
    public init(after: Duration?, grace: Duration = .seconds(30)) {
        self.after = after
        self.grace = grace
    }

    /// Time alone never renews. This is the default. A login always renews.
    public static let never = SessionRenewal(after: nil)
}
