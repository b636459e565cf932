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

@Suite("Tokens and nothing else")
struct TokenOnlyTests {
    private let browser = TestBrowser()
    private let origin = "https://example.com"

    private func engine(
        _ keyring: SecretKeyring = .ephemeral(),
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws -> SessionEngine {
        var configuration = SessionConfiguration()
        configure(&configuration)
        return try SessionEngine(.tokenOnly(with: keyring), configuration: configuration)
    }

    @discardableResult
    private func visit(
        _ engine: SessionEngine,
        _ handler: (Session) async throws -> Void = { _ in }
    ) async throws -> HTTPFields {
        var fields = HTTPFields()
        self.browser.addCookies(to: &fields, for: self.origin)
        let session = try await engine.open(
            SessionRequest(headerFields: fields, isSecure: true),
            logger: Site().logger
        )
        try await handler(session)
        var response = HTTPFields()
        try await engine.close(session, response: &response)
        self.browser.receive(response, from: self.origin)
        return response
    }

    @Test("the token is always there, and stays the same")
    func stays() async throws {
        let engine = try self.engine()
        var first: SessionToken?
        let response = try await self.visit(engine) { session in
            first = session.token
            #expect(session.isNew)
        }
        let token = try #require(first)
        #expect(response[values: .setCookie].count == 1)
        let again = try await self.visit(engine) { session in
            #expect(session.token?.text == token.text)
            #expect(!session.isNew)
        }
        #expect(again[.setCookie] == nil)
    }

    @Test("a handler that does not look leaves no cookie")
    func unlooked() async throws {
        let response = try await self.visit(self.engine())
        #expect(response[.setCookie] == nil)
    }

    @Test("it may be sent with every response, and outlive the browser, if the application asks for it")
    func resentAndKept() async throws {
        let engine = try self.engine {
            $0.resendsCookie = true
            $0.remembersEverySession = true
        }
        var token: String?
        for _ in 0..<3 {
            let response = try await self.visit(engine)
            #expect(response[values: .setCookie].count == 1)
            #expect(response[.setCookie]?.contains("Max-Age=34560000;") == true, "the 400 days that browsers allow")
            self.browser.close()
            try await self.visit(engine) { session in
                #expect(token == nil || session.token?.text == token)
                token = session.token?.text
            }
        }
    }

    @Test("reset makes a new token, and the client is told")
    func reset() async throws {
        let engine = try self.engine()
        var tokens: [String?] = []
        try await self.visit(engine) { tokens.append($0.token?.text) }
        try await self.visit(engine) { session in
            try await session.reset()
            tokens.append(session.token?.text)
        }
        try await self.visit(engine) { tokens.append($0.token?.text) }
        #expect(tokens[0] != tokens[1])
        #expect(tokens[1] == tokens[2])
        #expect(!tokens.contains(nil))
    }

    @Test("a token that a client invented is no token")
    func invented() async throws {
        let engine = try self.engine()
        let invented = String(repeating: "A", count: 64)
        for value in [invented, invented + "." + String(repeating: "A", count: 43)] {
            self.browser.receive([.setCookie: "__Host-session=\(value); Secure; Path=/"], from: self.origin)
            #expect(self.browser.token == value)
            try await self.visit(engine) { #expect($0.token?.text != invented) }
        }
    }

    @Test("a token of another server's keys is no token")
    func otherKeys() async throws {
        var token: String?
        try await self.visit(self.engine()) { token = $0.token?.text }
        try await self.visit(self.engine()) { #expect($0.token?.text != token) }
    }

    @Test("a token of an older key is signed anew with the next response, and stays")
    func rotated() async throws {
        let (old, new) = (SecretKey.generated(), SecretKey.generated())
        var token: String?
        try await self.visit(self.engine(SecretKeyring([old]))) { token = $0.token?.text }
        let response = try await self.visit(self.engine(SecretKeyring([new, old]))) { session in
            #expect(session.token?.text == token)
        }
        #expect(response[.setCookie] != nil)
        try await self.visit(self.engine(SecretKeyring([new]))) { #expect($0.token?.text == token) }
    }

    @Test("values and logins are refused in words that say what to do")
    func refused() async throws {
        let engine = try self.engine()
        for act in [
            { (session: Session) in
                session[.views] = 1
                try await session.save()
            },
            { try await $0.logIn("ada") },
            { try await $0.remember() },
        ] {
            try await self.visit(engine) { session in
                let error = await #expect(throws: SessionError.self) { try await act(session) }
                #expect(error?.code == .notOffered)
                #expect(error?.message.contains("session.token") == true)
                session.discardChanges()
            }
        }
        let error = await #expect(throws: SessionError.self) { try await engine.revokeAll(of: "ada") }
        #expect(error?.code == .notOffered)
    }
}
