//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// When the secret of a session is renewed by time alone.
///
/// A renewed secret shortens the use of one that leaked. Pages load in parallel, so the secret before goes on opening
/// the session for a grace period, in which every response hands out the same new one. After it the previous secret is
/// refused and reported: somebody kept a copy.
public struct SessionRenewal: Sendable, Equatable {
    /// How old a secret may become. Nil, the default, means that time alone never renews it.
    public var after: Duration?
    /// How long the previous secret goes on opening the session. The default is 30 seconds.
    public var grace: Duration

    /// Creates a rule of renewal.
    public init(after: Duration?, grace: Duration = .seconds(30)) {
        self.after = after
        self.grace = grace
    }

    /// Never by time. This is the default: a login renews in any case.
    public static let never = SessionRenewal(after: nil)
}
