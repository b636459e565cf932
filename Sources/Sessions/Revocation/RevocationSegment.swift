//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A part of the revocation log: a record with some of its entries.
///
/// The head, a record with a fixed id, has the newest entries. When it is full, its entries are copied to a segment of
/// the same number, and the head continues empty with the next number. All entries before those of the head are
/// therefore in segments with lower numbers, which never change.
struct RevocationSegment: Sendable {
    /// The identity of a log: one that was lost and began again is another.
    struct Log: Sendable, Hashable {
        /// The epoch in which the log began. Sessions of an earlier one are older than the log.
        var epoch: Int64
        /// A random number that distinguishes logs of the same epoch.
        var tag: Int64
    }

    /// The maximum number of entries in a segment: 4 KiB, which keeps each append small and the number of segments to
    /// read at start low.
    static let capacity = 128
    /// The subject of all records of the log, by which a starting server finds them.
    static let subject = SessionRecord.reservedPrefix + "revocation log"
    /// The id of the head.
    static let headID = Revocation.id("swift-sessions revocation log")

    var log: Log
    var number: Int64
    var entries: [Revocation]
    /// The version of the record that was read or will be written.
    var version: SessionVersion
    /// When the record expires.
    var expiresAt: SessionInstant

    /// Whether the next append needs another segment. An indivisible append has at most two entries.
    var isFull: Bool { self.entries.count > Self.capacity - 2 }

    /// The id of the segment with a number.
    static func id(_ number: Int64, of log: Log) -> SessionID {
        Revocation.id("swift-sessions revocation segment \(log.epoch) \(log.tag) \(number)")
    }
}

extension SessionValue {
    fileprivate var integer: Int64? {
        if case .integer(let value) = self.storage { value } else { nil }
    }

    fileprivate var string: String? {
        if case .string(let value) = self.storage { value.text } else { nil }
    }
}

extension RevocationSegment {
    private enum Name {
        static let epoch = "epoch"
        static let tag = "tag"
        static let number = "number"
        static let entries = "entries"
    }

    /// Decodes the segment of a record.
    ///
    /// - Throws: ``SessionStoreError`` with the code `corruptRecord` when it is not a segment. It must not pass for an
    ///   empty one, which would revoke nothing.
    init(_ record: SessionRecord) throws(SessionStoreError) {
        let values = record.values
        guard
            record.belongs(to: Self.subject),
            let epoch = values[Name.epoch]?.integer, let tag = values[Name.tag]?.integer,
            let number = values[Name.number]?.integer, number >= 1, number < .max,
            let entries = values[Name.entries]?.string.flatMap(Revocation.decode)
        else { throw .corruptRecord(record.id, byteCount: values.byteCount) }
        self.init(
            log: Log(epoch: epoch, tag: tag),
            number: number,
            entries: entries,
            version: record.version,
            expiresAt: record.expiresAt
        )
    }

    /// The record to store, with the hash of a secret that no one has.
    func record(id: SessionID, now: SessionInstant, random: SessionRandom) -> SessionRecord {
        SessionRecord(
            id: id,
            secretHash: SessionSecret(random: random).hash,
            secretIssuedAt: now,
            version: self.version,
            createdAt: now,
            lastAccessedAt: now,
            expiresAt: self.expiresAt,
            absoluteExpiresAt: self.expiresAt,
            subject: Self.subject,
            values: SessionValues([
                Name.epoch: .integer(self.log.epoch),
                Name.tag: .integer(self.log.tag),
                Name.number: .integer(self.number),
                Name.entries: .string(Revocation.encode(self.entries)),
            ])
        )
    }
}
