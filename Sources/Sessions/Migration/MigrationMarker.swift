//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Where a record stands in a move from one store to another. No record has one outside of a move.
enum MigrationMarker: Sendable, Equatable {
    /// A place that is kept for a session in the new store. The session is not there yet.
    case place
    /// The session leaves the old store for the place of a version. Its own version is the other one.
    case leaving(for: SessionVersion, version: SessionVersion)
}

extension MigrationMarker {
    /// The mark in the binary form of a record: nothing for a place, else two versions of 16 bytes.
    var bytes: [UInt8] {
        guard case .leaving(let place, let version) = self else { return [] }
        var writer = ByteWriter()
        for word in [place.counter, place.tag, version.counter, version.tag] { writer.write(word: word) }
        return writer.bytes
    }

    /// Reads a mark, or answers nil when it is none.
    init?(from field: inout ByteReader) {
        if field.isAtEnd {
            self = .place
            return
        }
        guard let counter = field.readWord(), let tag = field.readWord(),
            let ownCounter = field.readWord(), let ownTag = field.readWord(), field.isAtEnd
        else { return nil }
        self = .leaving(
            for: SessionVersion(counter: counter, tag: tag),
            version: SessionVersion(counter: ownCounter, tag: ownTag)
        )
    }
}

extension SessionRecord {
    /// A place in the new store for a session, which opens for nobody and lives for as long as the session could.
    static func place(for record: SessionRecord, random: SessionRandom) -> SessionRecord {
        var place = SessionRecord(
            id: record.id,
            secretHash: SessionSecret(random: random).hash,
            secretIssuedAt: record.createdAt,
            version: .first(random: random),
            createdAt: record.createdAt,
            lastAccessedAt: record.lastAccessedAt,
            // A touch can then make it live longer, which leaves its version as it is.
            expiresAt: record.absoluteExpiresAt,
            absoluteExpiresAt: .distantFuture
        )
        place.migrationMarker = .place
        return place
    }

    /// This record as it stands in the old store from the moment on at which nobody can write it there any more.
    func leaving(for place: SessionVersion, random: SessionRandom) -> SessionRecord {
        var leaving = self
        leaving.migrationMarker = .leaving(for: place, version: self.version)
        leaving.version = self.version.next(random: random)
        return leaving
    }

    /// The record itself, without the marks of its move.
    var unmarked: SessionRecord {
        var record = self
        if case .leaving(_, let version) = self.migrationMarker { record.version = version }
        record.migrationMarker = nil
        return record
    }
}
