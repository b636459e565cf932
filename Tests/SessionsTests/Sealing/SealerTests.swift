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

@Suite("Sealing")
struct SealerTests {
    private static let name = "__Host-session"
    private let message = Array("{\"views\":41,\"cart\":[\"book\",\"lamp\"]}".utf8)

    private func sealer(
        _ keys: Int...,
        purpose: KeyPurpose = .sealing,
        context: String = "sealed ",
        former: FormerTokens = .refused,
        random: SessionRandom = .system
    ) throws -> Sealer {
        let keyring = try SecretKeyring(keys.map { try TestKeys.key($0) })
        return try Sealer(keyring, purpose: purpose, context: context, former: former, random: random)
    }

    @Test("what is sealed opens again, whatever its length, and is 45 bytes longer")
    func roundTrip() throws {
        let sealer = try self.sealer(1)
        for count in [0, 1, 15, 16, 17, 100, 255, 4096, 65_536] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let sealed = try sealer.seal(bytes, for: Self.name)
            #expect(sealed.count == count + 45)
            let opened = try #require(sealer.open(sealed, for: Self.name))
            #expect(opened.bytes == bytes)
            #expect(!opened.isOutdated)
        }
    }

    struct Vector: Sendable, CustomTestStringConvertible {
        var key: Int
        var purpose: KeyPurpose
        var name: String
        var context: String
        var nonce: [UInt64]
        var plaintext: [UInt8]
        var sealed: String

        var testDescription: String { "\(self.purpose.label) for \(self.name.prefix(20))" }
    }

    /// Made by another implementation, from the form as it is documented.
    static let vectors = [
        Vector(
            key: 1,
            purpose: .sealing,
            name: "__Host-session",
            context: "sealed ",
            nonce: [0x0001_0203_0405_0607, 0x0809_0A0B_0C0D_0E0F, 0x1011_1213_1415_1617],
            plaintext: Array("hello".utf8),
            sealed: "AmOvKv0AAQIDBAUGBwgJCgsMDQ4PEBESExQVFheLeT8LRVS_eqGLCfcbT3rcfURAXNo"
        ),
        Vector(
            key: 1,
            purpose: .sealing,
            name: "session",
            context: "sealed shop",
            nonce: [0x1716_1514_1312_1110, 0x0F0E_0D0C_0B0A_0908, 0x0706_0504_0302_0100],
            plaintext: [],
            sealed: "AmOvKv0XFhUUExIREA8ODQwLCgkIBwYFBAMCAQD_vZ3lhIBfC5cg9G19DXfH"
        ),
        Vector(
            key: 2,
            purpose: .atRest,
            name: String(repeating: "x", count: 200),
            context: "caf\u{E9}",
            nonce: [0x0001_0203_0405_0607, 0x0809_0A0B_0C0D_0E0F, 0x1011_1213_1415_1617],
            plaintext: Array(0...255),
            sealed: """
                Ahy-UjkAAQIDBAUGBwgJCgsMDQ4PEBESExQVFherN4kO66Flqh1dyHmp_aWkZV14-bpy9hM7jo68uBrZEfCbaisIzgdtO8peDevM\
                qv9Vx2WAdOQHeKNOfOZ4DGooJ-j_d9HPHdePfi3KUcakFIDMgLJHl52G4Fzm6TApgJHxbIcqRs0YH1n1D0CKhgGHrNFYeEclj17o\
                U9om3LTVf5BAE-Nlh1Gpl6k9XYe7vjiBQY2xODERRCxhzCDFvBkuD6LoQNS0pdEuo0xiHHT3kXMay4dV7n_rEhYZv_4AQaP4KJ5N\
                VtdhZwDz_FJPQO-X47nU39Y-5-tjgpU4XjkUn8TxQ37VbdXnaYUjc7MjePqoVcmj6WvFxYO7y2OohBJZ0GZyGkH9iRXyaN6p61Ct\
                Kg
                """
        ),
    ]

    @Test("live cookies open, and are made, as they always were", arguments: vectors)
    func knownAnswers(_ vector: Vector) throws {
        let nonce = vector.nonce
        let sealer = try self.sealer(
            vector.key,
            purpose: vector.purpose,
            context: vector.context,
            random: DeterministicRandom.repeating(nonce[0], nonce[1], nonce[2])
        )
        let sealed = try #require(Base64URL.decode(vector.sealed.utf8))
        #expect(sealer.open(sealed, for: vector.name)?.bytes == vector.plaintext)
        #expect(try sealer.seal(vector.plaintext, for: vector.name) == sealed)
    }

    @Test("what earlier releases sealed opens until the day that is configured, is outdated, and is never made")
    func formerVersion() throws {
        let clock = ManualClock()
        let text = "AWOvKv0AAQIDBAUGBwgJCgsMDQ4PEBESExQVFheLeT8LRSlK638w8XXGmuVnn4SqVB4"
        let sealed = try #require(Base64URL.decode(text.utf8))
        let former = FormerTokens(until: clock.now + .minutes(1), clock: clock.sessionClock)
        let sealer = try self.sealer(1, former: former)
        let opened = try #require(sealer.open(sealed, for: Self.name))
        #expect(opened.bytes == Array("hello".utf8) && opened.isOutdated)
        #expect(try sealer.seal(opened.bytes, for: Self.name).first == 2)
        #expect(sealer.open(sealed, for: "session") == nil, "its name counts as it did")
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                #expect(sealer.open(changed, for: Self.name) == nil, "byte \(index), bit \(bit)")
            }
        }
        // Neither form passes for the other.
        #expect(sealer.open([2] + sealed.dropFirst(), for: Self.name) == nil)
        let new = try sealer.seal(opened.bytes, for: Self.name)
        #expect(sealer.open([1] + new.dropFirst(), for: Self.name) == nil)
        clock.advance(by: .minutes(1))
        #expect(sealer.open(sealed, for: Self.name) == nil)
        #expect(try self.sealer(1).open(sealed, for: Self.name) == nil)
    }

    @Test("no bit of a sealed message can be changed")
    func everyBit() throws {
        let sealer = try self.sealer(1, 2)
        let sealed = try sealer.seal(self.message, for: Self.name)
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                #expect(sealer.open(changed, for: Self.name) == nil, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test("no byte of a sealed message can be missing, at either end, and none can be added")
    func everyLength() throws {
        let sealer = try self.sealer(1)
        let sealed = try sealer.seal(self.message, for: Self.name)
        for count in 0..<sealed.count {
            #expect(sealer.open(Array(sealed.prefix(count)), for: Self.name) == nil)
            #expect(sealer.open(Array(sealed.suffix(count)), for: Self.name) == nil)
        }
        for byte in 0...255 as ClosedRange<UInt8> {
            #expect(sealer.open(sealed + [byte], for: Self.name) == nil)
            #expect(sealer.open([byte] + sealed, for: Self.name) == nil)
        }
        #expect(sealer.open(sealed + sealed, for: Self.name) == nil)
    }

    @Test("a zeroed tag, a tag of another message and a plain text do not open")
    func forgeries() throws {
        let sealer = try self.sealer(1)
        let sealed = try sealer.seal(self.message, for: Self.name)
        let other = try sealer.seal(self.message, for: Self.name)
        #expect(sealer.open(sealed.dropLast(16) + [UInt8](repeating: 0, count: 16), for: Self.name) == nil)
        #expect(sealer.open(sealed.dropLast(16) + other.suffix(16), for: Self.name) == nil)
        #expect(sealer.open(self.message, for: Self.name) == nil)
        #expect(sealer.open(Array(sealed.prefix(29)) + self.message + sealed.suffix(16), for: Self.name) == nil)
        #expect(sealer.open([], for: Self.name) == nil)
    }

    @Test("a message for another name, purpose or application does not open")
    func binding() throws {
        let sealer = try self.sealer(1, context: "shop")
        let sealed = try sealer.seal(self.message, for: "session")
        #expect(sealer.open(sealed, for: "session") != nil)
        for name in ["", "sessio", "session2", "Session", "session.1"] {
            #expect(sealer.open(sealed, for: name) == nil)
        }
        #expect(try self.sealer(1, purpose: .atRest, context: "shop").open(sealed, for: "session") == nil)
        #expect(try self.sealer(1, context: "blog").open(sealed, for: "session") == nil)
        #expect(try self.sealer(1).open(sealed, for: "session") == nil)
        // Where one ends and the next begins is authenticated too.
        #expect(try self.sealer(1, context: "ashop").open(sealer.seal([], for: "sessiona"), for: "session") == nil)
        #expect(try self.sealer(1, context: "").open(sealed, for: "sessionshop") == nil)
    }

    @Test("two sealed messages of one plaintext have no block in common")
    func noCommonBlocks() throws {
        let sealer = try self.sealer(1)
        let plaintext = [UInt8](repeating: 0x41, count: 512)
        let first = try sealer.seal(plaintext, for: Self.name).dropFirst(Sealer.headerByteCount)
        let second = try sealer.seal(plaintext, for: Self.name).dropFirst(Sealer.headerByteCount)
        let blocks = { (sealed: ArraySlice<UInt8>) in
            (sealed.startIndex...sealed.endIndex - 16).map { Array(sealed[$0..<$0 + 16]) }
        }
        let all = blocks(first) + blocks(second)
        #expect(Set(all).count == all.count)
    }

    @Test("a key that has become old still opens, and says so; new messages carry the newest")
    func rotation() throws {
        let keyring = try TestKeys.ring(1)
        let sealer = try Sealer(keyring, purpose: .sealing, context: "sealed ", random: .system)
        let old = try sealer.seal(self.message, for: Self.name)
        try keyring.replaceKeys(with: [TestKeys.key(2), TestKeys.key(1)])
        let opened = try #require(sealer.open(old, for: Self.name))
        #expect(opened.bytes == self.message)
        #expect(opened.isOutdated)
        let new = try sealer.seal(opened.bytes, for: Self.name)
        #expect(Array(new[1..<5]) == (try TestKeys.key(2).id.bytes))
        #expect(sealer.open(new, for: Self.name)?.isOutdated == false)
        try keyring.replaceKeys(with: [TestKeys.key(3), TestKeys.key(2)])
        #expect(sealer.open(old, for: Self.name) == nil, "a key that was removed opens nothing")
        #expect(sealer.open(new, for: Self.name)?.isOutdated == true)
    }

    @Test("a message of a key that is not in the ring does not open, whichever key it claims to be of")
    func unknownKey() throws {
        let sealed = try self.sealer(3).seal(self.message, for: Self.name)
        let sealer = try self.sealer(1, 2)
        #expect(sealer.open(sealed, for: Self.name) == nil)
        for number in 1...2 {
            let claimed = try [2] + TestKeys.key(number).id.bytes + sealed.dropFirst(5)
            #expect(sealer.open(claimed, for: Self.name) == nil)
        }
    }

    @Test("another version of the form does not open, even when its author had the key")
    func otherVersions() throws {
        let sealer = try self.sealer(1)
        let sealed = try sealer.seal(self.message, for: Self.name)
        for version in 0...255 as ClosedRange<UInt8> where version != 2 {
            #expect(sealer.open([version] + sealed.dropFirst(), for: Self.name) == nil)
        }
        // The third version of a later release, which authenticates what this one does.
        let key = try TestKeys.key(1)
        let header = [3] + key.id.bytes
        var additional = ByteWriter()
        additional.write(header)
        for part in [KeyPurpose.sealing.label, Self.name, "sealed "] { additional.write(counted: part.utf8) }
        var message: [UInt8] = []
        try XAES256GCM(key: key.derived(for: .sealing))
            .seal(self.message, authenticating: additional.bytes, random: .system, into: &message)
        #expect(sealer.open(header + message, for: Self.name) == nil)
        #expect(sealer.open([2] + key.id.bytes + message, for: Self.name) == nil)
    }
}
