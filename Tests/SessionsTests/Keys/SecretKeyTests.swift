//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import Foundation
import SessionsTesting
import Testing

@testable import Sessions

@Suite("Keys")
struct SecretKeyTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        var words: String
        var bytes: [UInt8]

        var testDescription: String { "\(self.words): \(self.bytes.count)" }
    }

    private static let random = Array(SHA512.hash(data: Array("a key".utf8)))

    static let badBytes: [Bad] = [
        Bad(words: "it has 0 bytes, and at least 32 random ones are needed", bytes: []),
        Bad(words: "it has 31 bytes", bytes: Array(random.prefix(31))),
        Bad(words: "its 32 bytes are all alike or count up or down", bytes: Array(repeating: 0, count: 32)),
        Bad(words: "its 64 bytes are all alike or count up or down", bytes: Array(repeating: 255, count: 64)),
        Bad(words: "count up or down", bytes: Array(0..<32)),
        Bad(words: "count up or down", bytes: Array((128..<160).reversed())),
        Bad(words: "count up or down", bytes: (0..<32).map { UInt8(truncatingIfNeeded: $0 * 17) }),
        Bad(words: "its 32 bytes repeat after 16", bytes: Array(random.prefix(16) + random.prefix(16))),
        Bad(words: "its 40 bytes repeat after 31", bytes: Array(random.prefix(31) + random.prefix(9))),
        Bad(
            words: "its 37 bytes have only 15 different values",
            bytes: Array(Self.random.prefix(15) + Self.random.prefix(14).reversed() + Self.random.prefix(8).reversed())
        ),
        Bad(words: "all printable characters", bytes: Array("complex_password_at_least_32_characters_long".utf8)),
        Bad(words: "all printable characters", bytes: Array("d0c6f7aa0b1c4a1b8f0f8c5e7f1d2a3b4c5d6e7f".utf8)),
        Bad(
            words: "an example from a published document",
            bytes: Array(Data(base64Encoded: "YD3rEBXKcb4rc67whX13gR81LAc7YQjXLZgQowkU3/Q=") ?? Data())
        ),
    ]

    @Test(
        "bytes that are no key are refused with what was measured and with the command that makes one",
        arguments: badBytes)
    func refused(_ bad: Bad) {
        let error = #expect(throws: SessionError.self) { try SecretKey(bytes: bad.bytes) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(bad.words) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("openssl rand -base64 32 | tr '+/' '-_' | tr -d '='") == true)
    }

    static let badTexts: [(text: String, words: String)] = [
        ("", "it has 0 bytes"),
        ("keyboard-cat", "it has 9 bytes"),
        ("keyboard cat", "its 12 characters are not canonical base64url"),
        (TestKeys.texts[0] + "=", "its 44 characters are not canonical base64url"),
        (TestKeys.texts[0].replacing("_", with: "/"), "are not canonical base64url"),
        (String(TestKeys.texts[0].dropLast()) + "1", "are not canonical base64url"),
        ("\u{E9}" + TestKeys.texts[0], "its 45 characters are not canonical base64url"),
        ("complex_password_at_least_32_characters_long", "no letters of upper case"),
        ("CORRECT-HORSE-BATTERY-STAPLE-AND-SO-ON-AND-ON-X4", "no letters of lower case"),
        ("01234567890123456789-_-_01234567890-98765432109A", "no letters of lower case"),
        ("d2a84f4b8b650937ec8f73cd8be2c74add5a911ba64df27458ed8229da804a26", "hexadecimal digits"),
        ("MySuperSecretKeyForTheShopThatNobodyWillEverGuess", "its 49 characters"),
        ("MySuperSecretKeyForTheShopThatNobodyWillEverGue9", "contain words"),
        (
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
            "published document"
        ),
        ("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4", "published document"),
        ("-N5yDFzvyn_4lg5l6EX5EU5pGwb2n676fTRfyhAZItg", "published document"),
    ]

    @Test("a text that is no key is refused, and is not repeated in the error", arguments: badTexts)
    func refusedText(_ text: String, _ words: String) {
        let error = #expect(throws: SessionError.self) { try SecretKey(text) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        if text.count > 12 {
            #expect(error?.description.contains(text.prefix(12)) == false)
        }
    }

    @Test("10,000 keys from a good generator are none of what is refused")
    func noFalseAlarm() throws {
        let random = DeterministicRandom(seed: 7).sessionRandom
        for _ in 0..<10_000 {
            let bytes = random.bytes(count: 32)
            #expect(SecretKey.problem(of: bytes) == nil)
            #expect(SecretKey.problem(ofText: Substring(Base64URL.encode(bytes))) == nil)
        }
    }

    @Test("a key from bytes and from their text are one key; every new key is another")
    func forms() throws {
        let key = try TestKeys.key(1)
        let bytes = Array(SHA256.hash(data: Array("swift-sessions vector key 1".utf8)))
        #expect(try SecretKey(bytes: bytes).id == key.id)
        #expect(Set((0..<100).map { _ in SecretKey.generated().id }).count == 100)
        #expect(
            SecretKey.generated(using: DeterministicRandom().sessionRandom).id
                == SecretKey.generated(using: DeterministicRandom().sessionRandom).id)
        #expect(try SecretKey(bytes: Self.random).id.bytes.count == 4)
    }

    @Test("ids and derived keys are what live cookies were made with")
    func vectors() throws {
        // Computed by another implementation of HKDF.
        let key = try TestKeys.key(1)
        #expect("\(key.id)" == "63af2afd")
        #expect(try "\(TestKeys.key(2).id)" == "1cbe5239")
        #expect(try "\(TestKeys.key(3).id)" == "040ff8b0")
        let expected: [KeyPurpose: String] = [
            .sealing: "8ae5aae5b8537a35edc4083f477ef125e6c120abc298bc3e64860136a0c42dbd",
            .signing: "24926f6b750773f2656170ede20a10bba7bfa20b24335f78b904ce4d85a9a893",
            .csrf: "5472133f750ed947458f0e174d8921ca190827f9354d121f8769d5472ec6b31d",
            .atRest: "a8b7274dc5b8e78da45d8c5639d891dec7467fe132d8a4f651b625da60f93bfb",
        ]
        for (purpose, hex) in expected {
            #expect(key.derived(for: purpose).withUnsafeBytes { Array($0).hexadecimal } == hex)
        }
    }

    @Test("nothing prints a key")
    func redaction() throws {
        let key = try TestKeys.key(1)
        let keyring = try TestKeys.ring(1, 2)
        let sealer = try Sealer(keyring, purpose: .sealing, context: "sealed ", random: .system)
        let signer = try TokenSigner(keyring, context: "stored ")
        var dumped = ""
        dump(key, to: &dumped)
        dump(keyring, to: &dumped)
        dump([key], to: &dumped)
        dump(sealer, to: &dumped)
        dump(signer, to: &dumped)
        let duplicate = #expect(throws: SessionError.self) { try TestKeys.ring(1, 1) }
        let texts = [
            dumped, "\(key)", String(reflecting: key), "\(keyring)", String(reflecting: keyring), "\([key])",
            "\(Optional(key) as Any)", "\(["key": key])", "\(duplicate as Any)", "\(sealer)",
            String(reflecting: signer),
        ]
        let bytes = try #require(Base64URL.decode(TestKeys.texts[0].utf8))
        for text in texts {
            #expect(!text.contains(TestKeys.texts[0].prefix(8)))
            #expect(!text.contains(Data(bytes).base64EncodedString().prefix(8)))
            #expect(!text.lowercased().contains(bytes.hexadecimal.prefix(8)))
            #expect(!text.contains("\(bytes[0]), \(bytes[1]), \(bytes[2])"))
            #expect(!text.contains("- \(bytes[0])\n"))
        }
        #expect("\(key)" == "SecretKey(63af2afd, <redacted>)")
        #expect("\(keyring)" == "SecretKeyring(63af2afd, 1cbe5239)")
        #expect(Mirror(reflecting: key).children.isEmpty)
        #expect(Mirror(reflecting: keyring).children.isEmpty)
    }
}
