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

@Suite("Signed tokens of stored sessions", .bothDrivers)
struct SignedCookieTests {
    private let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
    private let browser = TestBrowser()

    private func makeHarness(_ keyring: SecretKeyring?) throws -> EngineHarness {
        try EngineHarness(.stored(in: self.store, signedWith: keyring))
    }

    @Test("a forged token is refused before the store is asked, every bit of it")
    func forged() async throws {
        let harness = try self.makeHarness(.ephemeral())
        try await harness.visit(self.browser) { try await $0.logIn("ada") }
        let credential = try #require(self.browser.token)
        #expect(credential.utf8.count == 108)
        try await harness.visit(self.browser) { #expect($0.subject == "ada") }
        let calls = self.store.count(of: .load)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let characters = Array(credential)
        var forgeries = [
            String(credential.prefix(64)), String(credential.dropLast()), credential + "A",
            String(credential.prefix(65)),
        ]
        for (index, character) in characters.enumerated() {
            guard let digit = alphabet.firstIndex(of: character) else { continue }
            for bit in 0..<6 {
                var forgery = characters
                forgery[index] = alphabet[digit ^ 1 << bit]
                forgeries.append(String(forgery))
            }
        }
        for forgery in forgeries {
            let session = try await harness.open([.cookie: "__Host-session=\(forgery)"])
            #expect(session.subject == nil)
        }
        #expect(self.store.count(of: .load) == calls)
    }

    @Test("a token that an older key signed is signed anew, and the removed key opens nothing")
    func rotation() async throws {
        let (old, new) = (SecretKey.generated(), SecretKey.generated())
        let keyring = try SecretKeyring([old])
        let harness = try self.makeHarness(keyring)
        try await harness.visit(self.browser) { try await $0.logIn("ada") }
        let before = try #require(self.browser.token)
        try keyring.replaceKeys(with: [new, old])
        let response = try await harness.visit(self.browser) { #expect($0.subject == "ada") }
        #expect(response[.setCookie] != nil)
        try keyring.replaceKeys(with: [new])
        try await harness.visit(self.browser) { #expect($0.subject == "ada") }
        let replay = try await harness.open([.cookie: "__Host-session=\(before)"])
        #expect(replay.subject == nil)
    }

    @Test("a bare token is nothing where tokens are signed, and a signed one where they are bare")
    func mixed() async throws {
        let (signed, bare) = (try self.makeHarness(.ephemeral()), try self.makeHarness(nil))
        try await bare.visit(self.browser) { try await $0.logIn("ada") }
        try await signed.visit(self.browser) { session in
            #expect(session.subject == nil)
            try await session.logIn("grace")
        }
        try await bare.visit(self.browser) { #expect($0.subject == nil) }
    }
}
