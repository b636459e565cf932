//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import TestSupport
import Testing

@testable import Sessions

@Suite("Tokens")
struct TokenTests {
    private func token() -> SessionToken {
        SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system))
    }

    @Test("a token is 64 characters, and comes back from them")
    func roundTrip() throws {
        for _ in 0..<1000 {
            let token = self.token()
            #expect(token.text.utf8.count == 64)
            let parsed = try #require(SessionToken(token.text))
            #expect(parsed.matches(token))
            #expect(parsed.text == token.text)
        }
    }

    @Test("the first 16 bytes are the id, as it is shown")
    func idHalf() throws {
        let token = self.token()
        let bytes = try #require(Base64URL.decode(token.text.utf8))
        #expect(SessionID(bytes: bytes.prefix(16)) == token.id)
        #expect(SessionID(token.id.description) == token.id)
    }

    @Test("anything that is not canonical base64url of 48 bytes is no token")
    func malformed() {
        let text = self.token().text
        let short = String(text.dropLast())
        for ending in ["", "AA", "=", "+", "/", " ", "\u{0}", "\u{E9}"] {
            #expect(SessionToken(short + ending) == nil)
        }
        #expect(SessionToken("") == nil)
        #expect(SessionToken(String(repeating: "A", count: 1_000_000)) == nil)
    }

    @Test("an id whose unused bits are set is no id: there is one spelling")
    func canonicalID() {
        let id = SessionID(high: 0, low: 0).description
        #expect(id == String(repeating: "A", count: 22))
        #expect(SessionID(id.dropLast() + "B") == nil)
        #expect(SessionID(String(id.dropLast())) == nil)
        #expect(SessionID(id + "A") == nil)
    }

    @Test("no token, secret or hash is ever printed")
    func redaction() {
        let token = self.token()
        let hidden = [token.text, String(token.text.suffix(20))]
        var dumped = ""
        dump(token, to: &dumped)
        dump(token.secret, to: &dumped)
        dump(token.secret.hash, to: &dumped)
        for text in [
            dumped, "\(token)", String(reflecting: token), "\(token.secret)", String(reflecting: token.secret),
            "\(token.secret.hash)", "\([token])", "\(Optional(token) as Any)",
        ] {
            for secret in hidden { #expect(!text.contains(secret)) }
            #expect(!text.contains("words"))
        }
    }

    @Test("the hash is the SHA-256 of the secret's bytes")
    func knownHash() throws {
        let secret = SessionSecret(words: try #require(Bytes32(bytes: [UInt8](repeating: 0, count: 32))))
        let hex = secret.hash.bytes.map { String(format: "%02x", $0) }.joined()
        #expect(hex == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925")
    }

    @Test("a secret's successor follows from the secret and the nonce, and from nothing less")
    func successor() {
        let (first, second) = (SessionSecret(random: .system), SessionSecret(random: .system))
        #expect(first.successor(nonce: 1).hash == first.successor(nonce: 1).hash)
        #expect(first.successor(nonce: 1).hash != first.successor(nonce: 2).hash)
        #expect(first.successor(nonce: 1).hash != second.successor(nonce: 1).hash)
        #expect(first.successor(nonce: 1).hash != first.hash)
    }

    @Test("base64url agrees with Foundation's, for every length")
    func base64() throws {
        for count in 0..<100 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
            let expected = Data(bytes).base64EncodedString()
                .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            #expect(Base64URL.encode(bytes) == expected)
            #expect(Base64URL.decode(expected.utf8) == bytes)
        }
    }
}
