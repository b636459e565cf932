//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Signed tokens")
struct TokenSignerTests {
    private static let name = "__Host-session"
    private let token = SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system))

    @Test("a signed token is the token, a dot and 43 characters, and comes back")
    func roundTrip() throws {
        let signer = try TokenSigner(TestKeys.ring(1), context: "stored ")
        let credential = try signer.sign(self.token, for: Self.name)
        #expect(credential.utf8.count == 108)
        #expect(credential.hasPrefix(self.token.text + "."))
        let verified = try #require(signer.verify(credential.utf8, for: Self.name))
        #expect(verified.token.matches(self.token))
        #expect(!verified.isOutdated)
    }

    /// Made by another implementation, from the form as it is documented.
    @Test(
        "live tokens verify, and are signed, as they always were",
        arguments: [
            (1, "stored ", "__Host-session", "4sZjgLMUs2u9bpumslmOczqPVy6W6JY20JMpEOV6vNY"),
            (1, "tokens ", "__Host-session", "7L823b5nhI7roZNjSGHC_puu3n5o1cdsCO09LBWaxWA"),
            (2, "stored shop", "session", "DvJ_l5g_9reHoqWpVMh4OmHr10Vut1mi_dIFG6_E8s8"),
        ]
    )
    func knownAnswers(_ key: Int, _ context: String, _ name: String, _ code: String) throws {
        let signer = try TokenSigner(TestKeys.ring(key), context: context)
        let token = try #require(SessionToken("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"))
        #expect(try signer.sign(token, for: name) == "\(token.text).\(code)")
        #expect(signer.verify("\(token.text).\(code)".utf8, for: name)?.token.matches(token) == true)
    }

    @Test("what earlier releases signed verifies until the day that is configured, is outdated, and is never made")
    func formerVersion() throws {
        let clock = ManualClock()
        let former = FormerTokens(until: clock.now + .minutes(1), clock: clock.sessionClock)
        let signer = try TokenSigner(TestKeys.ring(2, 1), context: "stored ", former: former)
        let token = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"
        let credential = "\(token).lXrYxFUUvZVwym4BQ2p7-Vh92Ssyp2Xw8_cbA24wQLs"
        let verified = try #require(signer.verify(credential.utf8, for: Self.name))
        #expect(verified.token.text == token && verified.isOutdated)
        #expect(try signer.sign(verified.token, for: Self.name) != credential)
        #expect(signer.verify(credential.utf8, for: "session") == nil, "its name counts as it did")
        #expect(
            try TokenSigner(TestKeys.ring(2), context: "", former: former).verify(credential.utf8, for: Self.name)
                == nil)
        clock.advance(by: .minutes(1))
        #expect(signer.verify(credential.utf8, for: Self.name) == nil)
    }

    @Test("no character of a signed token can be another, missing or more")
    func everyCharacter() throws {
        let signer = try TokenSigner(TestKeys.ring(1, 2), context: "stored ")
        let credential = Array(try signer.sign(self.token, for: Self.name).utf8)
        for index in credential.indices {
            for byte in 0...255 as ClosedRange<UInt8> where byte != credential[index] {
                var changed = credential
                changed[index] = byte
                #expect(signer.verify(changed, for: Self.name) == nil, "character \(index) as \(byte)")
            }
            #expect(signer.verify(credential.prefix(index), for: Self.name) == nil)
            #expect(signer.verify(credential.dropFirst(index + 1), for: Self.name) == nil)
        }
        #expect(signer.verify(credential + [UInt8(ascii: "A")], for: Self.name) == nil)
        #expect(signer.verify(credential + credential, for: Self.name) == nil)
    }

    @Test("an invented token, with a code of another token, of zeros or without one, is refused")
    func invented() throws {
        let signer = try TokenSigner(TestKeys.ring(1), context: "stored ")
        let credential = try signer.sign(self.token, for: Self.name)
        let other = SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system))
        for code in [String(credential.suffix(43)), String(repeating: "A", count: 43), ""] {
            #expect(signer.verify("\(other.text).\(code)".utf8, for: Self.name) == nil)
        }
        #expect(signer.verify(other.text.utf8, for: Self.name) == nil)
        #expect(signer.verify("".utf8, for: Self.name) == nil)
    }

    @Test("a token signed for another cookie, application, purpose or by another key is refused")
    func binding() throws {
        let signer = try TokenSigner(TestKeys.ring(1), context: "shop")
        let credential = try signer.sign(self.token, for: "session")
        #expect(signer.verify(credential.utf8, for: "session") != nil)
        for name in ["", "sessio", "session2", "Session"] {
            #expect(signer.verify(credential.utf8, for: name) == nil)
        }
        #expect(try TokenSigner(TestKeys.ring(1), context: "stored ").verify(credential.utf8, for: "session") == nil)
        #expect(try TokenSigner(TestKeys.ring(2), context: "shop").verify(credential.utf8, for: "session") == nil)
    }

    @Test(
        "a key that has become old still verifies, and says so; new codes are of the newest; a removed key verifies nothing"
    )
    func rotation() throws {
        let keyring = try TestKeys.ring(1)
        let signer = try TokenSigner(keyring, context: "stored ")
        let old = try signer.sign(self.token, for: Self.name)
        try keyring.replaceKeys(with: [TestKeys.key(2), TestKeys.key(1)])
        #expect(signer.verify(old.utf8, for: Self.name)?.isOutdated == true)
        let new = try signer.sign(self.token, for: Self.name)
        #expect(try new == TokenSigner(TestKeys.ring(2), context: "stored ").sign(self.token, for: Self.name))
        #expect(signer.verify(new.utf8, for: Self.name)?.isOutdated == false)
        try keyring.replaceKeys(with: [TestKeys.key(2)])
        #expect(signer.verify(old.utf8, for: Self.name) == nil)
    }
}
