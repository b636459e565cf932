//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Two stores that are one, while sessions move from the first to the second and nobody is logged out.
///
/// ```swift
/// let store = MigratingSessionStore(from: oldStore, to: newStore, phase: .migrating)
/// let engine = try SessionEngine(.stored(in: store))
/// ```
///
/// Servers go from the old store over ``MigrationPhase/dualRead`` and ``MigrationPhase/migrating`` to the new store,
/// each step a rolling restart, and no law waits for the end of it. A session moves when its visitor comes, with its
/// id, its secret and all that is remembered, and ``migrateAll(from:pageSize:concurrency:clock:progress:)`` moves those
/// that nobody asks for. <doc:Moving-to-another-store> has the steps.
///
/// It can do beyond ``SessionStore`` what both stores can.
///
/// # How a session moves
///
/// 1. A *place* is kept for it in the new store: a record that nobody finds, with a version of its own.
/// 2. In the old store its record is replaced by the same, which is now *leaving* for that version: a compare-and-set,
///    so that no write in the old store is lost, and none follows.
/// 3. In the new store the place is replaced by the record, if it still has that version.
/// 4. The old store ends its record.
///
/// Everyone who meets a leaving record goes on with step 3, so that a server that stops between two steps holds up
/// nobody. An ending ends the record in the old store and whatever the new one has, a place included: a mover that was
/// asleep meanwhile, for however long, finds no place of its version, and nothing comes back.
public struct MigratingSessionStore<Old: SessionStore, New: SessionStore>: Sendable {
    /// The store that is left.
    public let old: Old
    /// The store that takes over.
    public let new: New
    /// How far the servers have come.
    public let phase: MigrationPhase
    let random: SessionRandom

    /// Makes one store of two.
    ///
    /// Both must keep records as ``SessionRecordCodec`` has them, as all stores of this package do: what marks a move
    /// is in them.
    ///
    /// - Parameters:
    ///   - old: The store that is left.
    ///   - new: The store that takes over.
    ///   - phase: How far the servers have come. The default is ``MigrationPhase/dualRead``, which moves nothing.
    ///   - random: Where version tags come from. The default is the system's generator.
    public init(
        from old: Old,
        to new: New,
        phase: MigrationPhase = .dualRead,
        random: SessionRandom = .system
    ) {
        self.old = old
        self.new = new
        self.phase = phase
        self.random = random
    }
}

extension SessionStoreError {
    static func stillMoving(_ id: SessionID) -> SessionStoreError {
        SessionStoreError(
            .unavailable, "The session \(id) is written so often that it could not be moved yet: try again.")
    }
}

extension MigratingSessionStore: CustomStringConvertible, CustomReflectable {
    /// The types of the two stores, and nothing of what they know.
    public var description: String { "MigratingSessionStore(\(Old.self) to \(New.self))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
