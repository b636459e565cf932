//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Testing

@testable import Sessions

@Suite("Keyrings")
struct SecretKeyringTests {
    @Test("a ring without keys, or with one of them twice, is refused")
    func invalidRings() throws {
        let empty = #expect(throws: SessionError.self) { try SecretKeyring([]) }
        #expect(empty?.message.contains("it has 0 keys, and at least 1 is needed") == true)
        let double = #expect(throws: SessionError.self) { try TestKeys.ring(1, 2, 1) }
        #expect(double?.code == .configuration)
        #expect(double?.message.contains("Keys 1 and 3 of a keyring are the same (63af2afd)") == true)
    }

    @Test("an environment variable holds keys between commas and white space, the newest first")
    func environment() throws {
        let texts = TestKeys.texts
        for value in [
            "\(texts[0]) \(texts[1])", "\(texts[0]),\(texts[1])", "\n\(texts[0])\n\(texts[1])\r\n",
            " , \(texts[0]) ,\t\(texts[1]),,",
        ] {
            let keyring = try SecretKeyring(environment: "KEYS", in: ["KEYS": value, "OTHER": "x"])
            #expect(keyring.keyIDs == ["63af2afd", "1cbe5239"])
        }
    }

    @Test("an environment variable that is missing, empty or bad is refused by its name and not by its value")
    func badEnvironment() throws {
        for environment in [[:], ["KEYS": ""], ["KEYS": " ,\n"]] {
            let error = #expect(throws: SessionError.self) { try SecretKeyring(environment: "KEYS", in: environment) }
            #expect(error?.message.contains("The list of keys in the environment variable KEYS is refused") == true)
        }
        let error = #expect(throws: SessionError.self) {
            try SecretKeyring(environment: "KEYS", in: ["KEYS": "\(TestKeys.texts[0]),hunter2-hunter2."])
        }
        #expect(
            error?.message.contains("Key 2 of the environment variable KEYS is refused: its 16 characters are not")
                == true)
        #expect(error?.description.contains("hunter2") == false)
        #expect(throws: SessionError.self) { try SecretKeyring(environment: "SWIFT_SESSIONS_NO_SUCH_VARIABLE") }
    }

    @Test("a file holds a key a line, with blank lines and comments")
    func file() throws {
        let text = """
            # The keys of the shop, the newest first.

              \(TestKeys.texts[2])  # since November
            \(TestKeys.texts[0])\r
            #\(TestKeys.texts[1])
            """
        #expect(try SecretKeyParser.keys(inFile: text, named: "keys").map { "\($0.id)" } == ["040ff8b0", "63af2afd"])
    }

    @Test("a bad line of a file is refused by its number")
    func badFile() {
        let lines = "# keys\n\(TestKeys.texts[0])\n\n\(TestKeys.texts[1]) \(TestKeys.texts[2])\n"
        let error = #expect(throws: SessionError.self) { try SecretKeyParser.keys(inFile: lines, named: "/etc/keys") }
        #expect(
            error?.message.contains("The key in line 4 of /etc/keys is refused: its 87 characters are not") == true
        )
        #expect(throws: SessionError.self) { try SecretKeyParser.keys(inFile: "\n# none\n", named: "/etc/keys") }
    }

    @Test("keys are replaced at once for all who use the ring; bad ones change nothing")
    func replacement() throws {
        let keyring = try TestKeys.ring(1)
        let ids = try PreparedKeys(keyring) { "\($0.id)" }
        #expect(try ids.derived.all == ["63af2afd"])
        try keyring.replaceKeys(with: [TestKeys.key(2), TestKeys.key(1)])
        #expect(try ids.derived.newest == "1cbe5239")
        #expect(try ids.derived.all == ["1cbe5239", "63af2afd"])
        #expect(throws: SessionError.self) { try keyring.replaceKeys(with: []) }
        #expect(throws: SessionError.self) { try keyring.replaceKeys(with: [TestKeys.key(3), TestKeys.key(3)]) }
        #expect(try ids.derived.all == ["1cbe5239", "63af2afd"])
    }

    @Test("what is derived from keys is derived once, not for each use")
    func derivedOnce() async throws {
        let keyring = try TestKeys.ring(1, 2)
        let (calls, continuation) = AsyncStream.makeStream(of: KeyID.self)
        let prepared = try PreparedKeys(keyring) { key in
            continuation.yield(key.id)
            return key.id
        }
        for _ in 0..<1000 { #expect(try prepared.derived.all.count == 2) }
        try keyring.replaceKeys(with: [TestKeys.key(3)])
        for _ in 0..<1000 { #expect(try prepared.derived.all.count == 1) }
        continuation.finish()
        var count = 0
        for await _ in calls { count += 1 }
        #expect(count == 3)
    }

    @Test("rings of processes without keys are all different")
    func ephemeral() {
        #expect(SecretKeyring.ephemeral().keyIDs != SecretKeyring.ephemeral().keyIDs)
    }
}
