//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Revocations as version 1 of this library's sealed sessions wrote them: a record for each, and a change marker.
///
/// They are applied until they expire. They are read when a server starts, and for a day after that whenever there are
/// new ones, while servers of both versions run. No code writes them anymore.
struct PreviousRevocations: Sendable {
    static let subject = SessionRecord.reservedPrefix + "revocations"
    /// The id of the change marker.
    static let changeID = Revocation.id("swift-sessions news")
    /// How long after its start a server checks for new ones.
    private static let watchDuration = Duration.days(1)

    let store: ResilientStore
    /// The version of the change marker; nil when there is none.
    private(set) var version: SessionVersion?
    private var watchedUntil = SessionInstant.distantPast

    init(store: ResilientStore) {
        self.store = store
    }

    /// Whether there are any, as far as the store still knows.
    var exist: Bool { self.version != nil }

    /// Reads all of them.
    mutating func start(now: SessionInstant, _ add: (Revocation) -> Void) async throws {
        self.version = try await self.currentVersion(now: now)
        guard self.exist else { return }
        self.watchedUntil = now + Self.watchDuration
        try await self.readAll(now: now, add)
    }

    /// Reads them again when there are new ones.
    mutating func refresh(now: SessionInstant, _ add: (Revocation) -> Void) async throws {
        guard self.exist, now < self.watchedUntil else { return }
        let version = try await self.currentVersion(now: now)
        guard version != self.version else { return }
        try await self.readAll(now: now, add)
        self.version = version
    }

    private func currentVersion(now: SessionInstant) async throws -> SessionVersion? {
        let id = Self.changeID
        let result = try await self.store.performForRecord(.read(id)) { try await $0.load(id, now: now) }
        guard case .found(let record) = result else { return nil }
        return record.version
    }

    private func readAll(now: SessionInstant, _ add: (Revocation) -> Void) async throws {
        try await self.store.forEachPage(of: Self.subject, limit: 1_000, now: now) { records in
            for record in records where record.id != Self.changeID { Self.revocations(of: record).forEach(add) }
        }
    }

    private static func revocations(of record: SessionRecord) -> [Revocation] {
        let session = Revocation.session(record.id, until: record.expiresAt)
        guard case .integer(let epoch)? = record.values["mark"]?.storage else {
            // An unreadable record revokes more rather than less.
            return [session, Revocation(id: record.id, epoch: .max - 2, until: record.expiresAt)]
        }
        return [epoch == .max ? session : Revocation(id: record.id, epoch: epoch, until: record.expiresAt)]
    }
}
