//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Combines two stores while sessions migrate from the first to the second. No one is logged out.
///
/// ```swift
/// let store = MigratingSessionStore(from: oldStore, to: newStore, phase: .migrating)
/// let engine = try SessionEngine(.stored(in: store))
/// ```
///
/// Servers go from the old store through ``MigrationPhase/dualRead`` and ``MigrationPhase/migrating`` to the new store.
/// Each step is a rolling restart, and all rules of a store hold throughout. A session moves when its visitor's next
/// request uses it, with its id, secret and values. ``migrateAll(from:pageSize:concurrency:clock:progress:)`` moves
/// unused sessions. <doc:Moving-to-another-store> has the steps.
///
/// It has the capabilities beyond ``SessionStore`` that both stores have.
///
/// # How a session moves
///
/// 1. The new store gets a *reservation*: a record that no load finds, with its own version.
/// 2. In the old store its record is replaced by the same record, now a *handoff* to that version. This is a
///    compare-and-set, so no write in the old store is lost, and none follows.
/// 3. In the new store the reservation is replaced by the record, if it still has that version.
/// 4. The old store ends its record.
///
/// Every request that finds a handoff continues with step 3, so a server that stops between two steps blocks no
/// one. A logout ends the record in the old store and in the new one, including a reservation. A server that was
/// suspended in the middle of a move, for however long, finds no reservation of its version, and cannot bring the
/// session back.
public struct MigratingSessionStore<Old: SessionStore, New: SessionStore>: Sendable {
    /// The store to migrate from.
    public let old: Old
    /// The store to migrate to.
    public let new: New
    /// The phase of the migration.
    public let phase: MigrationPhase
    let random: SessionRandom

    /// Combines two stores.
    ///
    /// Both must store records encoded by ``SessionRecordCodec``, as all stores of this package do, because the
    /// migration markers are in them.
    ///
    /// - Parameters:
    ///   - old: The store to migrate from.
    ///   - new: The store to migrate to.
    ///   - phase: The phase of the migration. The default is ``MigrationPhase/dualRead``, which moves nothing.
    ///   - random: The source of version tags. The default is the system's generator.
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
    /// The types of the two stores, and none of their contents.
    public var description: String { "MigratingSessionStore(\(Old.self) to \(New.self))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
