//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
@testable import Sessions
import SessionsTesting
import Testing

@Suite("Signed tokens of stored sessions")
struct SignedCookieTests {
    private let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
    private let browser = TestBrowser()
    private let origin = "https://example.com"

    private func engine(_ keyring: SecretKeyring?) throws -> SessionEngine {
        try SessionEngine(.stored(in: self.store, signedWith: keyring))
    }

    @discardableResult
    private func visit(
        _ engine: SessionEngine,
        _ handler: (Session) async throws -> Void = { _ in }
    ) async throws -> HTTPFields {
        var fields = HTTPFields()
        self.browser.addCookies(to: &fields, for: self.origin)
        let request = SessionRequest(headerFields: fields, isSecure: true)
        let session = try await engine.open(request, logger: Site().logger)
        try await handler(session)
        var response = HTTPFields()
        try await engine.close(session, response: &response)
        self.browser.receive(response, from: self.origin)
        return response
    }

    @Test("a forged token is refused before the store is asked, every bit of it")
    func forged() async throws {
        let engine = try self.engine(.ephemeral())
        try await self.visit(engine) { try await $0.logIn("ada") }
        let text = try #require(self.browser.token)
        #expect(text.utf8.count == 108)
        try await self.visit(engine) { #expect($0.subject == "ada") }
        let calls = self.store.count(of: .load)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let characters = Array(text)
        var forgeries = [String(text.prefix(64)), String(text.dropLast()), text + "A", String(text.prefix(65))]
        for (index, character) in characters.enumerated() {
            guard let digit = alphabet.firstIndex(of: character) else { continue }
            for bit in 0..<6 {
                var forgery = characters
                forgery[index] = alphabet[digit ^ 1 << bit]
                forgeries.append(String(forgery))
            }
        }
        for forgery in forgeries {
            let request = SessionRequest(headerFields: [.cookie: "__Host-session=\(forgery)"], isSecure: true)
            let session = try await engine.open(request, logger: Site().logger)
            #expect(session.subject == nil)
        }
        #expect(self.store.count(of: .load) == calls)
    }

    @Test("a token that an older key signed is signed anew, and the removed key opens nothing")
    func rotation() async throws {
        let (old, new) = (SecretKey.generated(), SecretKey.generated())
        let keyring = try SecretKeyring([old])
        let engine = try self.engine(keyring)
        try await self.visit(engine) { try await $0.logIn("ada") }
        let before = try #require(self.browser.token)
        try keyring.replaceKeys(with: [new, old])
        let response = try await self.visit(engine) { #expect($0.subject == "ada") }
        #expect(response[.setCookie] != nil)
        try keyring.replaceKeys(with: [new])
        try await self.visit(engine) { #expect($0.subject == "ada") }
        let request = SessionRequest(headerFields: [.cookie: "__Host-session=\(before)"], isSecure: true)
        let replay = try await engine.open(request, logger: Site().logger)
        #expect(replay.subject == nil)
    }

    @Test("a bare token is nothing where tokens are signed, and a signed one where they are bare")
    func mixed() async throws {
        let (signed, bare) = (try self.engine(.ephemeral()), try self.engine(nil))
        try await self.visit(bare) { try await $0.logIn("ada") }
        try await self.visit(signed) { session in
            #expect(session.subject == nil)
            try await session.logIn("grace")
        }
        try await self.visit(bare) { #expect($0.subject == nil) }
    }
}
