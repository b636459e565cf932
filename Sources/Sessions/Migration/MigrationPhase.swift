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
public struct MigrationPhase: Sendable, Hashable {
    enum Choice: Hashable { case dualRead, migrating }

    let choice: Choice

    /// The old store is the one that is written; what other servers have moved is found in the new one.
    ///
    /// Servers with the old store alone may run beside it, and so may ``migrating`` ones.
    public static let dualRead = MigrationPhase(choice: .dualRead)

    /// New sessions begin in the new store, and those that are met in the old one are moved.
    ///
    /// ``dualRead`` servers may run beside it, and so may servers with the new store alone, once nothing is left in the
    /// old one.
    public static let migrating = MigrationPhase(choice: .migrating)
}

extension MigrationPhase: CustomStringConvertible {
    public var description: String { "\(self.choice)" }
}
