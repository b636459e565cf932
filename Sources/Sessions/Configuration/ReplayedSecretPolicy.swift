//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What happens when a secret that a timed renewal replaced comes back after its grace period. Someone kept a copy, and
/// the server cannot tell whether it was the visitor or a thief.
///
/// In both cases the request is rejected as anonymous, and a warning is logged.
public struct ReplayedSecretPolicy: Sendable, Hashable {
    enum Choice: Hashable, Sendable { case refuse, endSession }

    let choice: Choice

    /// The session continues for the holder of the newer secret. This is the default.
    public static let refuse = ReplayedSecretPolicy(choice: .refuse)

    /// The session ends, and the visitor must log in again.
    ///
    /// Choose it if a stolen session costs more than a lost one. A browser that lost the response of a renewal, and did
    /// not come back within the grace period, then ends its own session.
    public static let endSession = ReplayedSecretPolicy(choice: .endSession)
}
