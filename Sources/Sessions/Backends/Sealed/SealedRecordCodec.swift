//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The binary format of a sealed session: a stored record without the fields that only a store needs.
///
/// ```
/// session = format version (1 byte, 1) · id (16) · version counter (varint) · created at (varint)
///           · last accessed − created (varint) · expires − last accessed (varint)
///           · absolute − created (varint) · counted( extra ) · values
/// ```
///
/// Times are milliseconds since 1970. Differences are modulo 2^64, so that times in any order can be written. `extra`
/// and `values` are those of ``SessionRecordCodec``, and fields of later versions are kept.
enum SealedRecordCodec {
    static let formatVersion: UInt8 = 1

    static func encode(_ record: SessionRecord) -> [UInt8] {
        var writer = ByteWriter(capacity: 64 + record.values.byteCount)
        writer.write(self.formatVersion)
        writer.write(inMemoryOrder: (record.id.high.bigEndian, record.id.low.bigEndian))
        writer.write(varint: record.version.counter)
        writer.write(varint: record.createdAt.word)
        writer.write(varint: record.lastAccessedAt.word &- record.createdAt.word)
        writer.write(varint: record.expiresAt.word &- record.lastAccessedAt.word)
        writer.write(varint: record.absoluteExpiresAt.word &- record.createdAt.word)
        writer.write(counted: SessionRecordCodec.encodeExtra(record))
        record.values.write(to: &writer)
        return writer.bytes
    }

    /// Whether the encoded session may be larger than a limit. False is certain, and cheaper than encoding.
    static func mayExceed(_ byteCount: Int, _ record: SessionRecord) -> Bool {
        guard let extra = SessionRecordCodec.greatestExtraByteCount(of: record) else { return true }
        // The format, the id, and seven counts of at most ten bytes.
        return 1 + 16 + 70 + extra + record.values.byteCount > byteCount
    }

    /// Decodes a session, or returns nil when this version does not know the format.
    ///
    /// - Parameter checking: Whether to validate each value. Values from under a valid seal are decoded on demand.
    static func decode(_ bytes: [UInt8], checking: Bool = true) -> SessionRecord? {
        var reader = ByteReader(bytes)
        guard
            reader.readByte() == self.formatVersion,
            let high = reader.readBigEndianWord(),
            let low = reader.readBigEndianWord(),
            let counter = reader.readVarint(),
            let createdAt = reader.readVarint(),
            let unused = reader.readVarint(),
            let idle = reader.readVarint(),
            let absolute = reader.readVarint(),
            let extra = reader.readCounted(),
            let values = SessionValues(from: &reader, checks: checking ? .everything : .entries)
        else { return nil }
        let lastAccessedAt = createdAt &+ unused
        let token = SessionToken.placeholder(SessionID(high: high, low: low))
        var record = SessionRecord(
            id: token.id,
            secretHash: SecretHash.none,
            secretIssuedAt: SessionInstant(word: createdAt),
            version: SessionVersion(counter: counter, tag: 0),
            createdAt: SessionInstant(word: createdAt),
            lastAccessedAt: SessionInstant(word: lastAccessedAt),
            expiresAt: SessionInstant(word: lastAccessedAt &+ idle),
            absoluteExpiresAt: SessionInstant(word: createdAt &+ absolute),
            values: values
        )
        guard SessionRecordCodec.decodeExtra(ByteReader(bytes, in: extra), into: &record) else { return nil }
        return record
    }
}

extension SessionInstant {
    fileprivate var word: UInt64 { UInt64(bitPattern: self.millisecondsSince1970) }

    fileprivate init(word: UInt64) {
        self.init(millisecondsSince1970: Int64(bitPattern: word))
    }
}

extension ByteReader {
    fileprivate mutating func readBigEndianWord() -> UInt64? { self.readWord()?.byteSwapped }
}
