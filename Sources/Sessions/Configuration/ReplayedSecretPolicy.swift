//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What happens when the secret before a timed renewal comes back after its grace period: somebody kept a copy, and
/// nobody can tell whether it is the visitor or a thief who did.
///
/// In both cases the request is refused as a stranger's, and the log says so as a warning.
public struct ReplayedSecretPolicy: Sendable, Hashable {
    enum Choice: Hashable, Sendable { case refuse, endSession }

    let choice: Choice

    /// The session goes on for whoever has the newer secret. This is the default.
    public static let refuse = ReplayedSecretPolicy(choice: .refuse)

    /// The session ends for everybody, and the visitor logs in again.
    ///
    /// It is the stricter answer where a stolen session costs more than a lost one. A browser that lost the response of
    /// a renewal, and did not come back within the grace period, then ends its own session.
    public static let endSession = ReplayedSecretPolicy(choice: .endSession)
}
