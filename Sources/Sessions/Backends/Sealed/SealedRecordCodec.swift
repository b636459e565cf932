//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The binary form of a session that travels under a seal: what a stored record has, without what only a store needs.
///
/// ```
/// session = format version (1 byte, 1) · id (16) · version counter (varint) · created at (varint)
///           · last accessed − created (varint) · expires − last accessed (varint)
///           · absolute − created (varint) · counted( extra ) · values
/// ```
///
/// Times are milliseconds since 1970; differences are taken modulo 2^64, so that no order of times is too strange to be
/// written. `extra` and `values` are those of ``SessionRecordCodec``, and what a later version adds is kept.
enum SealedRecordCodec {
    static let formatVersion: UInt8 = 1

    static func encode(_ record: SessionRecord) -> [UInt8] {
        var writer = ByteWriter(capacity: 64 + record.values.byteCount)
        writer.write(self.formatVersion)
        writer.write(record.id.bytes)
        writer.write(varint: record.version.counter)
        writer.write(varint: record.createdAt.word)
        writer.write(varint: record.lastAccessedAt.word &- record.createdAt.word)
        writer.write(varint: record.expiresAt.word &- record.lastAccessedAt.word)
        writer.write(varint: record.absoluteExpiresAt.word &- record.createdAt.word)
        writer.write(counted: SessionRecordCodec.encodeExtra(record))
        record.values.write(to: &writer)
        return writer.bytes
    }

    /// Whether the encoded session may take more bytes than some: false is certain, and cheaper than encoding it.
    static func mayExceed(_ byteCount: Int, _ record: SessionRecord) -> Bool {
        guard let extra = SessionRecordCodec.greatestExtraByteCount(of: record) else { return true }
        // The format, the id, and seven counts of at most ten bytes.
        return 1 + 16 + 70 + extra + record.values.byteCount > byteCount
    }

    /// The session of some bytes, or nil when they are not one that this version knows.
    ///
    /// - Parameter checking: Whether to look at each value. What was under a seal of ours is decoded when it is asked
    ///   for.
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
        let token = SessionToken.ofNobody(SessionID(high: high, low: low))
        var record = SessionRecord(
            id: token.id,
            secretHash: SecretHash.none,
            secretIssuedAt: Instant(word: createdAt),
            version: SessionVersion(counter: counter, tag: 0),
            createdAt: Instant(word: createdAt),
            lastAccessedAt: Instant(word: lastAccessedAt),
            expiresAt: Instant(word: lastAccessedAt &+ idle),
            absoluteExpiresAt: Instant(word: createdAt &+ absolute),
            values: values
        )
        guard SessionRecordCodec.decodeExtra(ByteReader(bytes, in: extra), into: &record) else { return nil }
        return record
    }
}

extension Instant {
    fileprivate var word: UInt64 { UInt64(bitPattern: self.millisecondsSince1970) }

    fileprivate init(word: UInt64) {
        self.init(millisecondsSince1970: Int64(bitPattern: word))
    }
}

extension ByteReader {
    fileprivate mutating func readBigEndianWord() -> UInt64? { self.readWord()?.byteSwapped }
}
