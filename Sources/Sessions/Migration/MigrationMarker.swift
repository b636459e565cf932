//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The state of a record in a migration from one store to another. Outside a migration no record has one.
enum MigrationMarker: Sendable, Equatable {
    /// A reservation for a session in the new store. The session is not there yet.
    case reservation
    /// A handoff: the session leaves the old store for the reservation with the first version. The second version is
    /// its own.
    case handoff(for: SessionVersion, version: SessionVersion)
}

extension MigrationMarker {
    /// The binary form of the marker: nothing for a reservation, else two versions of 16 bytes.
    var bytes: [UInt8] {
        guard case .handoff(let reservation, let version) = self else { return [] }
        var writer = ByteWriter()
        for word in [reservation.counter, reservation.tag, version.counter, version.tag] { writer.write(word: word) }
        return writer.bytes
    }

    /// Parses a marker, or returns nil when the bytes are not one.
    init?(from field: inout ByteReader) {
        if field.isAtEnd {
            self = .reservation
            return
        }
        guard let counter = field.readWord(), let tag = field.readWord(),
            let ownCounter = field.readWord(), let ownTag = field.readWord(), field.isAtEnd
        else { return nil }
        self = .handoff(
            for: SessionVersion(counter: counter, tag: tag),
            version: SessionVersion(counter: ownCounter, tag: ownTag)
        )
    }
}

extension SessionRecord {
    /// Creates a reservation for a session in the new store. It cannot be opened, and lives as long as the session
    /// could.
    static func reservation(for record: SessionRecord, random: SessionRandom) -> SessionRecord {
        var reservation = SessionRecord(
            id: record.id,
            secretHash: SessionSecret(random: random).hash,
            secretIssuedAt: record.createdAt,
            version: .first(random: random),
            createdAt: record.createdAt,
            lastAccessedAt: record.lastAccessedAt,
            // A touch can then extend it without changing its version.
            expiresAt: record.absoluteExpiresAt,
            absoluteExpiresAt: .distantFuture
        )
        reservation.migrationMarker = .reservation
        return reservation
    }

    /// This record as it is in the old store from the moment when it can no longer be written there.
    func handedOff(to reservation: SessionVersion, random: SessionRandom) -> SessionRecord {
        var handoff = self
        handoff.migrationMarker = .handoff(for: reservation, version: self.version)
        handoff.version = self.version.next(random: random)
        return handoff
    }

    /// The record without its migration marker.
    var unmarked: SessionRecord {
        var record = self
        if case .handoff(_, let version) = self.migrationMarker { record.version = version }
        record.migrationMarker = nil
        return record
    }
}
