//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// The value of a session's key: a live record or a tombstone.
///
/// ```
/// entry  = id (16 bytes) · time to live (4) · tag (8) · rest
/// rest   = record, as the record codec encodes it, whose first byte is not 0
///        | 0 (1 byte) · tombstone until (8) · secrets (16), which tombstones of earlier versions lack
/// ```
///
/// The id is repeated, so that no client ever receives the value of another key. The time to live is in whole seconds,
/// 0 for as long as the session lives. The tag is the start of the subject's hash. It is zero without a subject and in
/// a tombstone. Words are little-endian, as in the record. Scripts read the start of the record at fixed offsets and
/// never create one.
enum RedisSessionEntry {
    enum Offset {
        static let idLength = 16
        static let timeToLive = 16
        static let tag = 20
        static let tagLength = 8
        static let rest = 28
        static let tombstoneUntil = 29
        static let tombstoneEnd = 37
        static let recordEnd = rest + SessionRecordHeader.Offset.end
    }

    case record(SessionRecord)
    /// With the secrets of the session, if the tombstone has them.
    case tombstone(until: SessionInstant, EndedSecrets?)

    /// Parses an entry.
    ///
    /// - Throws: `SessionStoreError` with the code `corruptRecord` or `newerRecord`.
    init(_ bytes: [UInt8], id: SessionID) throws(SessionStoreError) {
        guard bytes.count >= Offset.tombstoneEnd, bytes.starts(with: id.bytes) else {
            throw .corruptRecord(id, byteCount: bytes.count)
        }
        if bytes[Offset.rest] == 0 {
            let word = bytes[Offset.tombstoneUntil..<Offset.tombstoneEnd].reversed().reduce(0 as UInt64) {
                $0 << 8 | UInt64($1)
            }
            let secrets = EndedSecrets(bytes: bytes[Offset.tombstoneEnd...])
            self = .tombstone(until: SessionInstant(millisecondsSince1970: Int64(bitPattern: word)), secrets)
        } else {
            self = .record(try SessionRecordCodec.decode(Array(bytes[Offset.rest...]), id: id))
        }
    }

    /// Encodes the entry of a record.
    ///
    /// - Parameter timeToLive: In whole seconds, 0 for as long as the session lives.
    static func encode(_ record: SessionRecord, subject: RedisSubject?, timeToLive: UInt32) -> [UInt8] {
        let rest = SessionRecordCodec.encode(record)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Offset.rest + rest.count)
        bytes += record.id.bytes
        bytes += timeToLive.littleEndianBytes
        if let subject { bytes += subject.tag } else { bytes += Self.noTag }
        bytes += rest
        return bytes
    }

    /// Encodes the entry of a tombstone without the secrets. The script adds them from the record.
    static func encodeTombstone(_ id: SessionID, until: SessionInstant) -> [UInt8] {
        id.bytes + UInt32(0).littleEndianBytes + self.noTag + [0] + until.bytes
    }

    /// Whether the start of an entry, up to ``Offset/recordEnd``, belongs to a live record.
    static func isLive(_ beginning: [UInt8], id: SessionID, now: SessionInstant) -> Bool {
        guard beginning.count >= Offset.recordEnd, beginning.starts(with: id.bytes), beginning[Offset.rest] != 0
        else { return false }
        return self.header(of: beginning)?.isExpired(at: now) == false
    }

    /// The header of the record in the start of an entry.
    static func header(of beginning: [UInt8]) -> SessionRecordHeader? {
        guard beginning.count >= Offset.recordEnd else { return nil }
        return SessionRecordHeader(Array(beginning[Offset.rest...]))
    }

    /// The subject of the record in the start of an entry.
    static func subject(of beginning: [UInt8]) -> String? {
        guard beginning.count >= Offset.recordEnd else { return nil }
        return SessionRecordHeader.subject(ofBeginning: Array(beginning[Offset.rest...]))
    }

    private static let noTag = [UInt8](repeating: 0, count: Offset.tagLength)
}

extension SessionInstant {
    /// The instant as encoded in a record.
    var bytes: [UInt8] { self.millisecondsSince1970.littleEndianBytes }
}

extension SessionVersion {
    /// The version as encoded in a record.
    var bytes: [UInt8] { self.counter.littleEndianBytes + self.tag.littleEndianBytes }
}

extension FixedWidthInteger {
    fileprivate var littleEndianBytes: [UInt8] { withUnsafeBytes(of: self.littleEndian) { Array($0) } }
}
#endif
