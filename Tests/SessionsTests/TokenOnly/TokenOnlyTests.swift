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

@Suite("Tokens and nothing else", .bothDrivers)
struct TokenOnlyTests {
    private let browser = TestBrowser()

    private func makeHarness(
        _ keyring: SecretKeyring = .ephemeral(),
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws -> EngineHarness {
        try EngineHarness(.tokenOnly(with: keyring), configure)
    }

    @Test("the token is always there, and stays the same")
    func tokenStaysTheSame() async throws {
        let harness = try self.makeHarness()
        var first: SessionToken?
        let response = try await harness.visit(self.browser) { session in
            first = session.token
            #expect(session.isNew)
        }
        let token = try #require(first)
        #expect(response[values: .setCookie].count == 1)
        let again = try await harness.visit(self.browser) { session in
            #expect(session.token?.text == token.text)
            #expect(!session.isNew)
        }
        #expect(again[.setCookie] == nil)
    }

    @Test("a handler that does not look leaves no cookie")
    func unlooked() async throws {
        let response = try await self.makeHarness().visit(self.browser)
        #expect(response[.setCookie] == nil)
    }

    @Test("it may be sent with every response, and outlive the browser, if the application asks for it")
    func resentAndKept() async throws {
        let harness = try self.makeHarness {
            $0.resendsCookie = true
            $0.remembersEverySession = true
        }
        var token: String?
        for _ in 0..<3 {
            let response = try await harness.visit(self.browser)
            #expect(response[values: .setCookie].count == 1)
            #expect(response[.setCookie]?.contains("Max-Age=34560000;") == true, "the 400 days that browsers allow")
            self.browser.close()
            try await harness.visit(self.browser) { session in
                #expect(token == nil || session.token?.text == token)
                token = session.token?.text
            }
        }
    }

    @Test("regenerate makes a new token, and the client is told")
    func regenerate() async throws {
        let harness = try self.makeHarness()
        var tokens: [String?] = []
        try await harness.visit(self.browser) { tokens.append($0.token?.text) }
        try await harness.visit(self.browser) { session in
            try await session.regenerate()
            tokens.append(session.token?.text)
        }
        try await harness.visit(self.browser) { tokens.append($0.token?.text) }
        #expect(tokens[0] != tokens[1])
        #expect(tokens[1] == tokens[2])
        #expect(!tokens.contains(nil))
    }

    @Test("a token that a client invented is no token")
    func invented() async throws {
        let harness = try self.makeHarness()
        let invented = String(repeating: "A", count: 64)
        for value in [invented, invented + "." + String(repeating: "A", count: 43)] {
            self.browser.receive([.setCookie: "__Host-session=\(value); Secure; Path=/"], from: harness.origin)
            #expect(self.browser.token == value)
            try await harness.visit(self.browser) { #expect($0.token?.text != invented) }
        }
    }

    @Test("a token of another server's keys is no token")
    func otherKeys() async throws {
        var token: String?
        try await self.makeHarness().visit(self.browser) { token = $0.token?.text }
        try await self.makeHarness().visit(self.browser) { #expect($0.token?.text != token) }
    }

    @Test("a token of an older key is signed anew with the next response, and stays")
    func rotated() async throws {
        let (old, new) = (SecretKey.generated(), SecretKey.generated())
        var token: String?
        try await self.makeHarness(SecretKeyring([old])).visit(self.browser) { token = $0.token?.text }
        let response = try await self.makeHarness(SecretKeyring([new, old])).visit(self.browser) { session in
            #expect(session.token?.text == token)
        }
        #expect(response[.setCookie] != nil)
        try await self.makeHarness(SecretKeyring([new])).visit(self.browser) { #expect($0.token?.text == token) }
    }

    @Test("values and logins are refused in words that say what to do")
    func refused() async throws {
        let harness = try self.makeHarness()
        for act in [
            { (session: Session) in
                session[.views] = 1
                try await session.save()
            },
            { try await $0.logIn("ada") },
            { try await $0.remember() },
        ] {
            try await harness.visit(self.browser) { session in
                let error = await #expect(throws: SessionError.self) { try await act(session) }
                #expect(error?.code == .notOffered)
                #expect(error?.message.contains("session.token") == true)
                session.discardChanges()
            }
        }
        let error = await #expect(throws: SessionError.self) { try await harness.engine.revokeAll(of: "ada") }
        #expect(error?.code == .notOffered)
    }
}
