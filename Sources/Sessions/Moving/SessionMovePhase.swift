//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// How far the servers of an application have come on their way from one store to another.
///
/// Servers of two phases that follow each other may run beside each other, so that each step is a rolling restart.
public struct SessionMovePhase: Sendable, Hashable {
    enum Choice: Hashable { case preparing, moving }

    let choice: Choice

    /// The old store is the one that is written; what other servers have moved is found in the new one.
    ///
    /// Servers with the old store alone may run beside it, and so may ``moving`` ones.
    public static let preparing = SessionMovePhase(choice: .preparing)

    /// New sessions begin in the new store, and those that are met in the old one are moved.
    ///
    /// ``preparing`` servers may run beside it, and so may servers with the new store alone, once nothing is left in the
    /// old one.
    public static let moving = SessionMovePhase(choice: .moving)
}

extension SessionMovePhase: CustomStringConvertible {
    public var description: String { "\(self.choice)" }
}
