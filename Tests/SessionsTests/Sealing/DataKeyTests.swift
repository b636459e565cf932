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

@Suite("Keys of values at rest")
struct DataKeyTests {
    private let token = SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system))
    private let plaintext = Array("the shoe size of the visitor".utf8)

    private func otherToken() -> SessionToken {
        SessionToken(id: self.token.id, secret: SessionSecret(random: .system))
    }

    @Test("values open with the token that they were sealed for, and are 81 bytes longer")
    func roundTrip() throws {
        let key = try DataKey(for: self.token, random: .system)
        let sealed = try key.seal(self.plaintext, of: self.token.id, random: .system)
        #expect(sealed.count == self.plaintext.count + 81)
        let unwrapped = try #require(DataKey(in: sealed, for: self.token))
        #expect(unwrapped.open(sealed, of: self.token.id) == self.plaintext)
        #expect(unwrapped == key)
    }

    /// Made by another implementation, from the form as it is documented.
    @Test("stored values open, and are sealed, as they always were")
    func knownAnswer() throws {
        let token = try #require(SessionToken("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"))
        let random = DeterministicRandom.repeating(
            0x6465_6667_6869_6A6B, 0x6C6D_6E6F_7071_7273, 0x7475_7677_7879_7A7B, 0x7C7D_7E7F_8081_8283,
            0xC8C9_CACB_CCCD_CECF, 0xD0D1_D2D3_D4D5_D6D7, 0xD8D9_DADB_DCDD_DEDF
        )
        let key = try DataKey(for: token, random: random)
        let sealed = try key.seal(Array("hello".utf8), of: token.id, random: random)
        #expect(
            Base64URL.encode(sealed) == """
                AaAnUlrZ89RKX2ckxkw5jp9rMRY7aRXys1OyPKOL6Yy4BxL_nwmAXLzIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t-8WAclIje4LFI5nuWT\
                roPpUEKZrS8
                """
        )
        #expect(DataKey(in: sealed, for: token)?.open(sealed, of: token.id) == Array("hello".utf8))
    }

    @Test("a new secret opens the same values, and the old one no longer does")
    func rewrapping() throws {
        let key = try DataKey(for: self.token, random: .system)
        let before = try key.seal(self.plaintext, of: self.token.id, random: .system)
        let next = self.otherToken()
        let after = try key.rewrapped(for: next).seal(self.plaintext, of: self.token.id, random: .system)
        #expect(DataKey(in: after, for: self.token) == nil)
        #expect(DataKey(in: after, for: next)?.open(after, of: next.id) == self.plaintext)
        #expect(key.rewrapped(as: after)?.open(after, of: next.id) == self.plaintext, "the key is the same")
        #expect(key.rewrapped(as: after)?.open(before, of: next.id) == self.plaintext)
    }

    @Test("neither another secret nor another session's token opens the values")
    func strangers() throws {
        let key = try DataKey(for: self.token, random: .system)
        let sealed = try key.seal(self.plaintext, of: self.token.id, random: .system)
        #expect(DataKey(in: sealed, for: self.otherToken()) == nil)
        let sameSecret = SessionToken(id: SessionID(random: .system), secret: self.token.secret)
        #expect(DataKey(in: sealed, for: sameSecret) == nil)
        #expect(key.open(sealed, of: sameSecret.id) == nil)
        #expect(try DataKey(for: self.token, random: .system).open(sealed, of: self.token.id) == nil)
    }

    @Test("no bit of sealed values can be changed, and no byte be missing or more")
    func everyBit() throws {
        let key = try DataKey(for: self.token, random: .system)
        let sealed = try key.seal(self.plaintext, of: self.token.id, random: .system)
        func open(_ bytes: [UInt8]) -> [UInt8]? {
            DataKey(in: bytes, for: self.token)?.open(bytes, of: self.token.id)
        }
        #expect(open(sealed) == self.plaintext)
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                #expect(open(changed) == nil, "byte \(index), bit \(bit)")
            }
            #expect(open(Array(sealed.prefix(index))) == nil)
            #expect(open(Array(sealed.dropFirst(index + 1))) == nil)
        }
        #expect(open(sealed + [0]) == nil)
    }

    @Test("nothing prints the key")
    func redaction() throws {
        let random = DeterministicRandom.repeating(0x4142_4344_4546_4748)
        let key = try DataKey(for: self.token, random: random)
        var text = "\(key) \(String(reflecting: key)) \(Optional(key) as Any)"
        dump(key, to: &text)
        for hidden in ["ABCDEFGH", "41424344", "65, 66, 67", "- 65"] { #expect(!text.contains(hidden)) }
        #expect(Mirror(reflecting: key).children.isEmpty)
    }
}
