//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// Rows of the security checklist that are about sealed sessions.
@Suite("Checklist: sealing", .bothDrivers)
struct SealingChecklistTests {
    @Test("checklist 15: of 10,000 sealed cookies of one session no two have a nonce in common, nor a part of one")
    func nonces() throws {
        let sealer = try Sealer(TestKeys.ring(1), purpose: .sealing, context: "sealed ", random: .system)
        var (first, second): (Set<[UInt8]>, Set<[UInt8]>) = ([], [])
        for _ in 0..<10_000 {
            let nonce = try sealer.seal([1, 2, 3], for: "session").dropFirst(5).prefix(24)
            first.insert(Array(nonce.prefix(12)))
            second.insert(Array(nonce.suffix(12)))
        }
        #expect(first.count == 10_000, "each message has a key of its own")
        #expect(second.count == 10_000, "and a nonce of its own under it")
    }

    @Test("CVE-2018-15133: anyone who has the keys can seal any bytes, and they are a session of fixed types or none")
    func anythingSealed() async throws {
        let keyring = try TestKeys.ring(1)
        let harness = try SealedHarness(keyring: keyring)
        let sealer = try Sealer(keyring, purpose: .sealing, context: "sealed ", random: .system)
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            try await session.logIn("ada")
            session[.theme] = "dark"
        }
        let credential = try #require(browser.token)
        let sealed = try #require(Base64URL.decode(credential.utf8))
        let session = try #require(sealer.open(sealed, for: "__Host-session")).bytes
        let random = DeterministicRandom(seed: 15_133).sessionRandom
        var plaintexts: [[UInt8]] = [
            [], [1], Array(#"{"__proto__":{},"subject":"ada"}"#.utf8),
            session.prefix(30) + [UInt8](repeating: 0xFF, count: 400),
        ]
        for count in 0..<session.count { plaintexts.append(Array(session.prefix(count))) }
        for index in session.indices {
            plaintexts.append(session)
            plaintexts[plaintexts.count - 1][index] = random.bytes(count: 1)[0]
        }
        for count in 0..<300 { plaintexts.append([1] + random.bytes(count: count)) }
        for plaintext in plaintexts {
            let credential = Base64URL.encode(try sealer.seal(plaintext, for: "__Host-session"))
            let visitor = harness.browser()
            visitor.plant(TestCookie(name: "__Host-session", value: credential, domain: "example.com", isSecure: true))
            try await harness.visit(visitor) { session in
                _ = (session[.theme], session[.views], session.names, session.remaining)
                session[.views] += 1
            }
        }
        try await harness.visit(browser) { #expect($0.subject == "ada" && $0[.theme] == "dark") }
    }
}
