//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The compact binary form of a record, for stores that keep bytes.
///
/// ```
/// record   = format version (1 byte, 1) · known · extra · values
/// known    = flags (1; bit 0: a user is logged in) · version counter (8) · version tag (8) · created at (8)
///            · last accessed at (8) · expires at (8) · absolute expires at (8) · secret hash (32)
///            · secret issued at (8)
/// extra    = counted( field* )              field = tag (varint) · counted bytes, tags ascending
/// values   = count (varint) · entry*        entry = counted name · kind (1 byte) · counted payload, names ascending
/// ```
///
/// Field 16 is the device that the session is bound to. It is among the fields that are not interpreted here.
///
/// Words are little-endian, times are milliseconds since 1970 in two's complement, counts are base-128 varints. Unknown
/// fields of later versions are kept and written back. A format that this version cannot read has another format
/// version and is rejected. The id is not part of the bytes: it is the key. Values that are encrypted at rest are an
/// extra field, and there are then no open ones.
public enum SessionRecordCodec {
    static let formatVersion: UInt8 = 1

    /// Encodes a record.
    public static func encode(_ record: SessionRecord) -> [UInt8] {
        var writer = ByteWriter(capacity: 128 + record.values.byteCount + record.sealedValues.count)
        writer.write(self.formatVersion)
        writer.write(record.subject == nil ? 0 : 1 as UInt8)
        writer.write(
            inMemoryOrder: (
                record.version.counter.littleEndian, record.version.tag.littleEndian,
                record.createdAt.littleEndian, record.lastAccessedAt.littleEndian,
                record.expiresAt.littleEndian, record.absoluteExpiresAt.littleEndian,
                record.secretHash.words, record.secretIssuedAt.littleEndian
            )
        )
        writer.write(counted: self.encodeExtra(record))
        record.values.write(to: &writer)
        return writer.bytes
    }

    /// Decodes a record.
    ///
    /// - Throws: ``SessionStoreError`` with the code `corruptRecord` when the bytes are not a record, or `newerRecord`
    ///   when a newer version of this library wrote them.
    public static func decode(_ bytes: [UInt8], id: SessionID) throws(SessionStoreError) -> SessionRecord {
        try self.decode(bytes, id: id, checkingValues: true)
    }

    /// Decodes a record that this process encoded, without validating its values.
    static func decode(own bytes: [UInt8], id: SessionID) throws(SessionStoreError) -> SessionRecord {
        try self.decode(bytes, id: id, checkingValues: false)
    }

    private static func decode(
        _ bytes: [UInt8],
        id: SessionID,
        checkingValues: Bool
    ) throws(SessionStoreError) -> SessionRecord {
        if let version = bytes.first, version > self.formatVersion {
            throw .newerRecord(id, formatVersion: Int(version), supported: Int(self.formatVersion))
        }
        var reader = ByteReader(bytes)
        guard let record = self.decode(&reader, id: id, checkingValues) else {
            throw .corruptRecord(id, byteCount: bytes.count)
        }
        return record
    }

    private static func decode(_ reader: inout ByteReader, id: SessionID, _ checkingValues: Bool) -> SessionRecord? {
        guard
            reader.readByte() == self.formatVersion,
            let flags = reader.readByte(), flags <= 1,
            let counter = reader.readWord(),
            let tag = reader.readWord(),
            let createdAt = reader.readInstant(),
            let lastAccessedAt = reader.readInstant(),
            let expiresAt = reader.readInstant(),
            let absoluteExpiresAt = reader.readInstant(),
            let secretHash = reader.readSecretHash(),
            let secretIssuedAt = reader.readInstant(),
            let extra = reader.readCounted(),
            let values = SessionValues(from: &reader, checks: checkingValues ? .everything : .nothing)
        else { return nil }
        var record = SessionRecord(
            id: id,
            secretHash: secretHash,
            secretIssuedAt: secretIssuedAt,
            version: SessionVersion(counter: counter, tag: tag),
            createdAt: createdAt,
            lastAccessedAt: lastAccessedAt,
            expiresAt: expiresAt,
            absoluteExpiresAt: absoluteExpiresAt,
            values: values
        )
        guard extra.isEmpty || self.decodeExtra(ByteReader(reader.bytes, in: extra), into: &record) else { return nil }
        return (record.subject != nil) == (flags == 1) ? record : nil
    }
}

extension SessionInstant {
    fileprivate var littleEndian: UInt64 { UInt64(bitPattern: self.millisecondsSince1970).littleEndian }
}

extension ByteWriter {
    mutating func write(instant: SessionInstant) {
        self.write(word: UInt64(bitPattern: instant.millisecondsSince1970))
    }
}

extension ByteReader {
    mutating func readInstant() -> SessionInstant? {
        self.readWord().map { SessionInstant(millisecondsSince1970: Int64(bitPattern: $0)) }
    }

    mutating func readSecretHash() -> SecretHash? {
        guard let range = self.readRange(count: 32) else { return nil }
        return self.bytes.withUnsafeBytes { SecretHash(words: Bytes32(copying: .init(rebasing: $0[range]))) }
    }
}
