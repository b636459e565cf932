//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The phase of a migration from one store to another.
///
/// Servers of two consecutive phases may run side by side, so each step is a rolling restart.
public struct MigrationPhase: Sendable, Hashable {
    enum Choice: Hashable { case dualRead, migrating }

    let choice: Choice

    /// Sessions are written to the old store. Those that other servers have moved are found in the new one.
    ///
    /// Servers with only the old store may run beside it, and so may ``migrating`` ones.
    public static let dualRead = MigrationPhase(choice: .dualRead)

    /// New sessions begin in the new store, and those that are found in the old one are moved.
    ///
    /// ``dualRead`` servers may run beside it, and so may servers with only the new store, once nothing is left in the
    /// old one.
    public static let migrating = MigrationPhase(choice: .migrating)
}

extension MigrationPhase: CustomStringConvertible {
    public var description: String { "\(self.choice)" }
}
