//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// How far ``MigratingSessionStore/migrateAll(from:pageSize:concurrency:clock:progress:)`` has come.
public struct MigrationProgress: Sendable, Hashable {
    /// How many sessions the old store had at the beginning. It changes while servers run, so this is an estimate of
    /// the work, and no promise.
    public let total: Int
    /// How many sessions were dealt with: they are in the new store, or have ended meanwhile.
    public internal(set) var moved = 0
    /// Where the next page begins, to continue from after an interruption; nil before the first page and after the
    /// last.
    public internal(set) var cursor: SessionCursor?
}
