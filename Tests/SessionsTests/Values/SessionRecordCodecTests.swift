//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import Testing

@testable import Sessions

@Suite("The binary form of records")
struct SessionRecordCodecTests {
    private let samples = SampleRecords()

    private func fullRecord() -> SessionRecord {
        var record = self.samples.record(
            subject: "ada",
            values: [
                "n": .integer(-1), "flag": .boolean(false), "ratio": .double(0.1), "text": .string("\u{1F600}"),
                "json": .json(Array("[1]".utf8)), "": .integer(.min),
            ]
        )
        record.isRemembered = true
        record.rememberedFor = .milliseconds(86_400_001)
        record.previousSecret = .init(hash: self.samples.secretHash(), validUntil: .distantPast, nonce: 9)
        record.cookieOverrides = .init(domain: "example.com", sameSite: SessionCookie.SameSite.none)
        return record
    }

    @Test("a record comes back as it was")
    func roundTrip() throws {
        for record in [self.samples.record(), self.fullRecord()] {
            let bytes = SessionRecordCodec.encode(record)
            #expect(try SessionRecordCodec.decode(bytes, id: record.id) == record)
            #expect(SessionRecordCodec.encode(try SessionRecordCodec.decode(bytes, id: record.id)) == bytes)
        }
    }

    @Test("a known record has known bytes: a change of the form cannot go unseen")
    func knownBytes() throws {
        let hash = try #require(SecretHash(bytes: [UInt8](0..<32)))
        let record = SessionRecord(
            id: SessionID(high: 1, low: 2),
            secretHash: hash,
            secretIssuedAt: SessionInstant(millisecondsSince1970: 6),
            version: SessionVersion(counter: 1, tag: 2),
            createdAt: SessionInstant(millisecondsSince1970: 3),
            lastAccessedAt: SessionInstant(millisecondsSince1970: 4),
            expiresAt: SessionInstant(millisecondsSince1970: 5),
            absoluteExpiresAt: SessionInstant(millisecondsSince1970: -1),
            subject: "ada",
            values: SessionValues(["b": .integer(-2), "a": .string("x")])
        )
        let word = { (value: UInt8) in [value, 0, 0, 0, 0, 0, 0, 0] as [UInt8] }
        var expected: [UInt8] = [1, 1] + word(1) + word(2) + word(3) + word(4) + word(5)
        expected += [UInt8](repeating: 0xFF, count: 8) + [UInt8](0..<32) + word(6)
        expected += [5, 4, 3, 0x61, 0x64, 0x61]
        expected += [2, 1, 0x61, 4, 1, 0x78, 1, 0x62, 1, 1, 3]
        #expect(SessionRecordCodec.encode(record) == expected)
        #expect(try SessionRecordCodec.decode(expected, id: record.id) == record)
    }

    @Test("sealed values are kept in place of open ones, and never beside them")
    func sealedValues() throws {
        var record = self.samples.record(subject: "ada", values: [:])
        record.sealedValues = [1, 2, 3]
        let bytes = SessionRecordCodec.encode(record)
        #expect(try SessionRecordCodec.decode(bytes, id: record.id) == record)
        record.values = SessionValues(["a": .integer(1)])
        let both = SessionRecordCodec.encode(record)
        #expect(throws: SessionStoreError.self) { try SessionRecordCodec.decode(both, id: record.id) }
    }

    @Test("what a newer version added is kept and written back")
    func unknownFields() throws {
        let record = self.fullRecord()
        var newer = record
        newer.unknownFields = [99, 3, 1, 2, 3, 0xC8, 0x01, 0]
        let bytes = SessionRecordCodec.encode(newer)
        var decoded = try SessionRecordCodec.decode(bytes, id: record.id)
        #expect(decoded.unknownFields == newer.unknownFields)
        decoded.values = SessionValues(["new": .integer(1)])
        let again = try SessionRecordCodec.decode(SessionRecordCodec.encode(decoded), id: record.id)
        #expect(again.unknownFields == newer.unknownFields)
    }

    @Test("a value of a kind that a newer version added is kept, and decodes as nothing")
    func unknownValues() throws {
        let value = SessionValue(.unknown(kind: 200, [1, 2, 3]))
        let record = self.samples.record(values: ["new": value, "old": .integer(1)])
        let decoded = try SessionRecordCodec.decode(SessionRecordCodec.encode(record), id: record.id)
        #expect(decoded.values["new"] == value)
        #expect(throws: DecodingError.self) { try ValueCoding.decode(value) as Int }
        #expect(value.jsonText == Array("null".utf8))
    }

    @Test("another format version is refused as newer, not as damaged")
    func newerFormat() {
        let error = #expect(throws: SessionStoreError.self) {
            try SessionRecordCodec.decode([2] + [UInt8](repeating: 0, count: 200), id: self.samples.id())
        }
        #expect(error?.code == .newerRecord)
    }

    @Test("a record that was cut off anywhere is refused")
    func truncation() {
        let record = self.fullRecord()
        let bytes = SessionRecordCodec.encode(record)
        for length in 0..<bytes.count {
            let error = #expect(throws: SessionStoreError.self) {
                try SessionRecordCodec.decode(Array(bytes.prefix(length)), id: record.id)
            }
            #expect(error?.code == .corruptRecord)
        }
        #expect(throws: SessionStoreError.self) { try SessionRecordCodec.decode(bytes + [0], id: record.id) }
    }

    @Test("flipped bits and random bytes are a record or an error, never a trap")
    func damage() {
        let record = self.fullRecord()
        let bytes = SessionRecordCodec.encode(record)
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                self.decodeAndUse(damaged)
            }
        }
        let random = DeterministicRandom(seed: 5)
        for _ in 0..<5000 {
            let length = Int(random.next() % 200)
            self.decodeAndUse([1, 0] + (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
    }

    @Test("claimed lengths that are not there are refused without allocating them")
    func hugeLengths() {
        let prefix = SessionRecordCodec.encode(self.samples.record()).dropLast(2)
        for tail in [
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
            [0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x00, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x80, 0x00],
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        ] as [[UInt8]] {
            #expect(throws: SessionStoreError.self) {
                try SessionRecordCodec.decode(Array(prefix) + tail, id: self.samples.id())
            }
        }
    }

    private func decodeAndUse(_ bytes: [UInt8]) {
        guard let record = try? SessionRecordCodec.decode(bytes, id: SessionID(high: 0, low: 0)) else { return }
        for (_, value) in record.values { _ = value.jsonText }
        _ = record.isExpired(at: .distantPast)
        #expect((try? SessionRecordCodec.decode(SessionRecordCodec.encode(record), id: record.id)) == record)
    }
}
