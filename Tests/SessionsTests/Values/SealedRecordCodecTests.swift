//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

@testable import Sessions
import SessionsTesting
import Testing

@Suite("The binary form of sealed sessions")
struct SealedRecordCodecTests {
    /// A session with everything that can be in a cookie.
    private var record: SessionRecord {
        var record = SessionRecord(
            id: SessionID(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10),
            secretHash: .none,
            secretIssuedAt: SessionInstant(millisecondsSince1970: 1_767_225_600_000),
            version: SessionVersion(counter: 3, tag: 0),
            createdAt: SessionInstant(millisecondsSince1970: 1_767_225_600_000),
            lastAccessedAt: SessionInstant(millisecondsSince1970: 1_767_225_601_000),
            expiresAt: SessionInstant(millisecondsSince1970: 1_767_226_801_000),
            absoluteExpiresAt: SessionInstant(millisecondsSince1970: 1_767_254_400_000),
            isRemembered: true,
            authenticatedAt: SessionInstant(millisecondsSince1970: 1_767_225_600_000),
            subject: "ada",
            values: SessionValues(["a": .string("x"), "b": .integer(-2)])
        )
        record.subjectEpoch = 5
        return record
    }

    /// Live cookies are in this form: it must never change.
    private let bytes: [UInt8] = [
        0x01, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B,
        0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x03, 0x80, 0xD0, 0xEA, 0xB6, 0xB7, 0x33,
        0xE8, 0x07, 0x80, 0x9F, 0x49, 0x80, 0xE8, 0xDD, 0x0D, 0x1B, 0x02, 0x00,
        0x03, 0x08, 0x00, 0xA8, 0xDA, 0x76, 0x9B, 0x01, 0x00, 0x00, 0x04, 0x03,
        0x61, 0x64, 0x61, 0x07, 0x08, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x02, 0x01, 0x61, 0x04, 0x01, 0x78, 0x01, 0x62, 0x01, 0x01, 0x03,
    ]

    @Test("a session has exactly these bytes, and they are read as that session")
    func knownAnswer() {
        #expect(SealedRecordCodec.encode(self.record) == self.bytes)
        #expect(SealedRecordCodec.decode(self.bytes) == self.record)
    }

    @Test("the cookie of a known key, made by the first version of the format, still opens")
    func knownCookie() throws {
        let sealer = try Sealer(
            TestKeys.ring(1), purpose: .sealing, context: "sealed ",
            former: FormerTokens(until: .distantFuture, clock: .system), random: .system)
        let text = """
            AWOvKv1TP7SuNcswuMPVbL2XjPCYc4UIVJykBwe__tve1xXSnKHpXaYXBsnqi7K-Yb6fXejFQiJctmU3XIxWLKc0zRqGMtnJyISx8qGl85yS\
            EoI4gphWKHMxlOGGQSNbVgSK0alWALb4QZxz-Bzg5qNC7qiS
            """
        let sealed = try #require(Base64URL.decode(text.utf8))
        let opened = try #require(sealer.open(sealed, for: "__Host-session"))
        #expect(SealedRecordCodec.decode(opened.bytes) == self.record)
    }

    @Test("every truncation, and every other version, is no session")
    func truncated() {
        for length in 0..<self.bytes.count {
            #expect(SealedRecordCodec.decode(Array(self.bytes.prefix(length))) == nil)
        }
        for version in [UInt8(0), 2, 255] {
            #expect(SealedRecordCodec.decode([version] + self.bytes.dropFirst()) == nil)
        }
    }

    @Test("times in any order, at any end of time, come back")
    func strangeTimes() {
        let times = [Int64.min, -1, 0, 1, .max].map { SessionInstant(millisecondsSince1970: $0) }
        for first in times {
            for second in times {
                var record = SessionRecord(
                    id: self.record.id,
                    secretHash: .none,
                    secretIssuedAt: first,
                    version: SessionVersion(counter: .max, tag: 0),
                    createdAt: first,
                    lastAccessedAt: second,
                    expiresAt: first,
                    absoluteExpiresAt: second
                )
                #expect(SealedRecordCodec.decode(SealedRecordCodec.encode(record)) == record)
                record.unknownFields = [99, 2, 1, 2]
                #expect(SealedRecordCodec.decode(SealedRecordCodec.encode(record)) == record)
            }
        }
    }
}
