//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The progress of ``MigratingSessionStore/migrateAll(from:pageSize:concurrency:clock:progress:)``.
public struct MigrationProgress: Sendable, Hashable {
    /// How many sessions the old store had at the beginning. It changes while servers run, so this is an estimate.
    public let total: Int
    /// How many sessions were processed: they are in the new store, or have ended in the meantime.
    public internal(set) var moved = 0
    /// The cursor of the next page, to continue from after an interruption; nil before the first page and after the
    /// last.
    public internal(set) var cursor: SessionCursor?
}
