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

/// Rows of the security checklist that are about tokens.
@Suite("Checklist: tokens", .bothDrivers)
struct TokenChecklistTests {
    @Test("checklist 1: 100,000 tokens have 64 characters, share nothing, and every bit is as often one as zero")
    func randomness() {
        let total = 100_000
        var beginnings: Set<UInt64> = []
        var secrets: Set<[UInt8]> = []
        var counts = [Int](repeating: 0, count: 384)
        for _ in 0..<total {
            let token = SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system))
            #expect(token.text.utf8.count == 64)
            let secret = token.secret.withUnsafeBytes { Array($0) }
            beginnings.insert(token.id.high)
            secrets.insert(secret)
            for (index, byte) in (token.id.bytes + secret).enumerated() {
                for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 { counts[index * 8 + bit] += 1 }
            }
        }
        #expect(beginnings.count == total && secrets.count == total)
        // Six standard deviations: sqrt(100,000) / 2 is 158.
        for count in counts { #expect(abs(count - total / 2) < 950) }
    }

    @Test("checklist 1: engines with their defaults issue tokens that have nothing in common")
    func issuedTokens() async throws {
        var beginnings: Set<Substring> = []
        for _ in 0..<10 {
            let harness = try StoredHarness()
            for _ in 0..<100 {
                let browser = harness.browser()
                try await harness.visit(browser) { $0[.views] += 1 }
                let token = try #require(browser.token)
                #expect(token.utf8.count == 64)
                beginnings.formUnion([token.prefix(8), token.suffix(42).prefix(8)])
            }
        }
        #expect(beginnings.count == 2000)
    }

    @Test("checklist 2: no operation adopts a token that a client made up")
    func strictMode() async throws {
        let operations: [@Sendable (Session) async throws -> Void] = [
            { $0[.views] += 1 }, { try await $0.logIn("ada") }, { try await $0.renew() },
            { try await $0.regenerate() }, { try await $0.remember() }, { try await $0.touch() },
            { try await $0.setCookie(.init(priority: .high)) }, { try await $0.destroy() },
        ]
        for operation in operations {
            let harness = try StoredHarness()
            let browser = harness.browser()
            let invented = SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system))
            browser.plant(
                TestCookie(name: "__Host-session", value: invented.text, domain: "example.com", isSecure: true)
            )
            let response = try await harness.visit(browser, operation)
            #expect(response[values: .setCookie].allSatisfy { !$0.contains(invented.text) })
            #expect(try await harness.memory.load(invented.id, now: harness.clock.now) == .missing)
            try await harness.visit(browser) { #expect($0.id != invented.id) }
        }
    }

    @Test("checklist 3: a login, another login, a renewal and a new beginning leave the token before good for nothing")
    func rotation() async throws {
        let operations: [@Sendable (Session) async throws -> Void] = [
            { try await $0.logIn("ada") }, { try await $0.logIn("ada") }, { try await $0.logIn("alan") },
            { try await $0.renew() }, { try await $0.regenerate() },
        ]
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "dark" }
        for operation in operations {
            let before = browser.copy(in: harness)
            try await harness.visit(browser, operation)
            #expect(browser.token != nil && browser.token != before.token)
            try await harness.visit(before) { session in
                #expect(session.id == nil && session.subject == nil && session.names.isEmpty)
            }
        }
    }

    @Test("checklist 17: a token of one application is no one's in another")
    func otherApplication() async throws {
        let (ours, theirs) = (try StoredHarness(), try StoredHarness())
        let browser = theirs.browser()
        try await theirs.visit(browser) { try await $0.logIn("ada") }
        try await ours.visit(browser) { #expect($0.id == nil) }
    }

    @Test("CVE-2026-40372: a token with any one bit flipped, cut short anywhere, or with no secret, opens nothing")
    func flippedBits() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let text = Array(try #require(browser.token).utf8)
        let bytes = try #require(Base64URL.decode(text))
        var forged: [[UInt8]] = []
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                forged.append(Array(Base64URL.encode(flipped).utf8))
            }
        }
        for index in text.indices {
            for bit in 0..<8 {
                var flipped = text
                flipped[index] ^= 1 << UInt8(bit)
                forged.append(flipped)
            }
        }
        for length in text.indices { forged.append(Array(text.prefix(length))) }
        for filler in [UInt8(0), 0xFF] {
            let empty = bytes.prefix(16) + [UInt8](repeating: filler, count: 32)
            forged.append(Array(Base64URL.encode(empty).utf8))
        }
        for value in forged {
            let field = HTTPField(name: .cookie, value: Array("__Host-session=".utf8) + value)
            let session = try await harness.open(HTTPFields([field]))
            #expect(session.id == nil)
        }
        try await harness.visit(browser) { #expect($0[.views] == 1) }
    }

    @Test("CVE-2026-39324: a session that someone wrote down, in whatever form, is no token")
    func noFallback() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let record = try #require(try await harness.memory.sessions(now: harness.clock.now).first)
        let json = #"{"id":"\#(record.id)","subject":"ada"}"#
        for value in [
            Base64URL.encode(SessionRecordCodec.encode(record)), Base64URL.encode(Array(json.utf8)), json,
            Base64URL.encode(Array(#"{"alg":"none"}"#.utf8)) + "." + Base64URL.encode(Array(json.utf8)) + ".",
            "\(record.id)", Base64URL.encode(record.id.bytes + record.secretHash.bytes),
        ] {
            let session = try await harness.open([.cookie: "__Host-session=\(value)"])
            #expect(session.id == nil && !session.isAuthenticated)
        }
    }
}
