//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import HTTPTypes
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// A cookie that does not open is a visitor without a session: one answer, no trap, and no store call.
@Suite("Hostile sealed cookies", .bothDrivers)
struct HostileCookieTests {
    private let harness: SealedHarness
    private let sealed: [UInt8]

    init() async throws {
        self.harness = try SealedHarness(revocation: { .stored(in: $0) })
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { try await $0.logIn("ada") }
        let credential = try #require(browser.token)
        self.sealed = try #require(Base64URL.decode(credential.utf8))
    }

    /// Asks with the cookies of a request, and wants what a visitor without any gets.
    private func expectNobody(_ cookies: [(String, String)], _ what: String) async throws {
        let expected = try await self.answer([:])
        let value = cookies.map { "\($0)=\($1)" }.joined(separator: "; ")
        let calls = self.harness.store.count(of: .load)
        let answer = try await self.answer([.cookie: value])
        #expect(answer.subject == nil, "\(what)")
        #expect(answer.fields == expected.fields, "\(what)")
        #expect(self.harness.store.count(of: .load) == calls, "\(what) asked the store")
    }

    private func expectNobody(_ bytes: [UInt8], _ what: String) async throws {
        try await self.expectNobody([("__Host-session", Base64URL.encode(bytes))], what)
    }

    private func answer(_ fields: HTTPFields) async throws -> (subject: String?, fields: HTTPFields) {
        let session = try await self.harness.open(fields)
        let subject = session.subject
        var response = HTTPFields()
        try await self.harness.engine.close(session, response: &response)
        return (subject, response)
    }

    @Test("false numbers of values under a valid seal open nothing, and are never the size of an allocation")
    func falseCounts() async throws {
        let sessions = try #require(self.harness.engine.driver as? SealedSessions)
        let record = SampleRecords(now: self.harness.clock.now).record(values: ["views": .integer(1), "z": .integer(2)])
        let bytes = SealedRecordCodec.encode(record)
        // The values are at the end: their number, and the entries.
        let place = bytes.count - record.values.byteCount - 1
        #expect(bytes[place] == 2)
        var counts = [UInt64(0), 1, 3, 127, 128, 1 << 20, 1 << 40, 1 << 62, UInt64(Int64.max), .max]
        counts += (0..<64).map { 1 << UInt64($0) }.filter { $0 != 2 }
        for count in counts {
            var writer = ByteWriter()
            writer.write(varint: count)
            let payload = Array(bytes[..<place]) + writer.bytes + bytes[(place + 1)...]
            try await self.expectNobody(
                try sessions.sealer.seal(payload, for: "__Host-session"), "a number of \(count) for two values")
        }
        // Nor do entries that are cut short, or longer than they say.
        for rest in [
            Array(bytes[place...].dropLast()), Array(bytes[place...]) + [0], [1, 200, 1], [1, 1, 97, 4, 255, 255],
        ] {
            try await self.expectNobody(
                try sessions.sealer.seal(Array(bytes[..<place]) + rest, for: "__Host-session"), "the values \(rest)")
        }
    }

    @Test("the cookie as it is opens the session")
    func intactCookie() async throws {
        let answer = try await self.answer([.cookie: "__Host-session=" + Base64URL.encode(self.sealed)])
        #expect(answer.subject == "ada")
    }

    @Test("every flipped bit of a sealed cookie opens nothing")
    func everyBit() async throws {
        for bit in 0..<self.sealed.count * 8 {
            var bytes = self.sealed
            bytes[bit / 8] ^= 1 << (bit % 8)
            try await self.expectNobody(bytes, "bit \(bit)")
        }
    }

    @Test("every truncation of a sealed cookie opens nothing, nor does any longer text")
    func everyLength() async throws {
        let credential = Base64URL.encode(self.sealed)
        for length in 0..<credential.utf8.count {
            try await self.expectNobody([("__Host-session", String(credential.prefix(length)))], "\(length) characters")
        }
        for length in 0..<self.sealed.count {
            try await self.expectNobody(Array(self.sealed.prefix(length)), "\(length) bytes")
        }
        for rest in ["A", "AA", "AAAA", "=", ".", credential, String(repeating: "A", count: 10_000)] {
            try await self.expectNobody([("__Host-session", credential + rest)], "\(rest.count) characters more")
        }
        for rest in [[0], Array(repeating: UInt8(0), count: 16), self.sealed] {
            try await self.expectNobody(self.sealed + rest, "\(rest.count) bytes more")
        }
    }

    @Test("a zeroed tag, a zeroed nonce, no version and an unknown key open nothing")
    func damagedParts() async throws {
        let parts = [
            ("version", 0..<1), ("key id", 1..<5), ("nonce", 5..<29),
            ("tag", self.sealed.count - 16..<self.sealed.count),
        ]
        for (name, range) in parts {
            for byte in [UInt8(0), 0xFF] {
                var bytes = self.sealed
                bytes.replaceSubrange(range, with: Array(repeating: byte, count: range.count))
                try await self.expectNobody(bytes, "\(name) of \(byte)")
            }
        }
        let stranger = try SealedHarness()
        let browser = stranger.browser()
        try await stranger.visit(browser) { try await $0.logIn("ada") }
        try await self.expectNobody([("__Host-session", try #require(browser.token))], "another application's keys")
    }

    @Test("what is not sealed opens nothing, whatever it says")
    func unsealedCookie() async throws {
        let record = SampleRecords(now: self.harness.clock.now).record(subject: "ada")
        let plain: [[UInt8]] = [
            SealedRecordCodec.encode(record), SessionRecordCodec.encode(record), Array(#"{"subject":"ada"}"#.utf8),
            [1] + SealedRecordCodec.encode(record), [],
        ]
        for bytes in plain {
            try await self.expectNobody(bytes, "plain bytes")
            let base64 = Data(bytes).base64EncodedString()
            try await self.expectNobody([("__Host-session", base64)], "plain base64")
        }
        for credential in [#"{"subject":"ada"}"#, "ada", "null", "-", "A.B", "2.AAAA", "s:ada.sig"] {
            try await self.expectNobody([("__Host-session", credential)], credential)
        }
    }

    @Test("what was sealed for another cookie name or another purpose opens nothing")
    func otherNames() async throws {
        let record = SampleRecords(now: self.harness.clock.now).record(subject: "ada")
        let bytes = SealedRecordCodec.encode(record)
        for (purpose, name, isOurs) in [
            (KeyPurpose.sealing, "__Host-session", true), (.sealing, "__Host-other", false),
            (.atRest, "__Host-session", false), (.csrf, "__Host-session", false),
        ] {
            let sealer = try Sealer(self.harness.keyring, purpose: purpose, context: "sealed ", random: .system)
            let sealed = try sealer.seal(bytes, for: name)
            let answer = try await self.answer([.cookie: "__Host-session=" + Base64URL.encode(sealed)])
            #expect((answer.subject == "ada") == isOurs, "\(purpose) \(name)")
            if !isOurs { try await self.expectNobody(sealed, "\(purpose) \(name)") }
        }
        let credential = Base64URL.encode(self.sealed)
        for name in ["__host-session", "__Host-Session", "session", " __Host-session\u{A0}", "__Host-session.1"] {
            try await self.expectNobody([(name, credential)], name)
        }
    }

    @Test("cookies of a large session that are swapped, missing, doubled or numbered wildly open nothing")
    func chunks() async throws {
        let browser = self.harness.browser()
        try await self.harness.visit(browser) { session in
            try await session.logIn("ada")
            session[.theme] = String(repeating: "x", count: 4_500)
        }
        let values = try ["__Host-session", "__Host-session.1"].map { try #require(browser.cookie(named: $0)?.value) }
        let (first, second) = (values[0], values[1])
        let whole = [("__Host-session", first), ("__Host-session.1", second)]
        let answer = try await self.answer([.cookie: whole.map { "\($0)=\($1)" }.joined(separator: "; ")])
        #expect(answer.subject == "ada")
        let wrong: [(String, [(String, String)])] = [
            ("swapped", [("__Host-session", second), ("__Host-session.1", first)]),
            ("the first alone", [("__Host-session", first)]),
            ("the second alone", [("__Host-session.1", second)]),
            ("the second as the first", [("__Host-session", second)]),
            ("the first twice", [("__Host-session", first), ("__Host-session.1", first)]),
            ("one too many promised", [("__Host-session", "3" + first.dropFirst()), ("__Host-session.1", second)]),
            ("one too few promised", [("__Host-session", "1" + first.dropFirst()), ("__Host-session.1", second)]),
            (
                "a huge number promised",
                [("__Host-session", "4000000000" + first.dropFirst()), ("__Host-session.1", second)]
            ),
            ("a huge index", [("__Host-session", first), ("__Host-session.4000000000", second)]),
            ("a negative index", [("__Host-session", first), ("__Host-session.-1", second)]),
            ("without the count", [("__Host-session", String(first.dropFirst(2))), ("__Host-session.1", second)]),
        ]
        for (what, cookies) in wrong { try await self.expectNobody(cookies, what) }
        let extra = whole + [("__Host-session.2", second), ("__Host-session.3", "x")]
        let still = try await self.answer([.cookie: extra.map { "\($0)=\($1)" }.joined(separator: "; ")])
        #expect(still.subject == "ada", "one that is left over does no harm")
    }

    @Test("two sealed sessions of different visitors in one request open nothing; of two states the later counts")
    func several() async throws {
        let (ada, alan) = (self.harness.browser(), self.harness.browser())
        try await self.harness.visit(ada) { try await $0.logIn("ada") }
        try await self.harness.visit(alan) { try await $0.logIn("alan") }
        let tokens = try [ada, alan].map { try #require($0.token) }
        let both = tokens.map { "__Host-session=\($0)" }.joined(separator: "; ")
        #expect(try await self.answer([.cookie: both]).subject == nil)
        try await self.harness.visit(ada) { $0[.views] = 7 }
        let states = [tokens[0], try #require(ada.token)]
        for order in [states, states.reversed()] {
            let fields: HTTPFields = [.cookie: order.map { "__Host-session=\($0)" }.joined(separator: "; ")]
            let session = try await self.harness.open(fields)
            #expect(session[.views] == 7)
        }
    }
}
