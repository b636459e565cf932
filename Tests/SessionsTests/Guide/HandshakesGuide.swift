//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import Foundation
import Sessions
import SessionsTesting
import Synchronization
import TestSupport
import Testing

// The code of the article "Handshakes".

/// What is remembered while the visitor is at the provider.
struct SignIn: Codable, Sendable {
    /// The verifier of PKCE (RFC 7636).
    var verifier: String
    /// The page to return to.
    var page: String
}

extension HandshakeKey<SignIn> {
    static var oauth: Self { .init("oauth") }
}

/// Logs visitors in with another provider: the authorization code of OAuth 2.0 with PKCE.
struct ProviderLogin: Sendable {
    let client: String
    let authorizeURL: String
    /// Exchanges a code for the identifier of a user. In an application this is a request to the provider.
    let exchange: @Sendable (_ code: String, _ verifier: String) async throws -> String

    /// The address at the provider to which the visitor is redirected.
    func begin(_ session: Session, returningTo page: String) async throws -> String {
        let verifier = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }.base64URL
        let state = try await session.begin(.oauth, SignIn(verifier: verifier, page: page), for: .seconds(600))
        let challenge = Data(SHA256.hash(data: Data(verifier.utf8))).base64URL
        return "\(self.authorizeURL)?response_type=code&client_id=\(self.client)&state=\(state)"
            + "&code_challenge=\(challenge)&code_challenge_method=S256"
    }

    /// Answers the redirect back from the provider.
    ///
    /// - Returns: The page to redirect to; nil if this browser did not begin the login, or has finished it.
    func finish(_ session: Session, code: String, state: String) async throws -> String? {
        guard let signIn = try await session.finish(.oauth, state) else { return nil }
        let user = try await self.exchange(code, signIn.verifier)
        try await session.logIn(user)
        return signIn.page
    }
}

extension Data {
    var base64URL: String {
        self.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// Who wants to log in with a passkey.
struct PasskeyLogin: Codable, Sendable {
    var user: String
}

extension HandshakeKey<PasskeyLogin> {
    static var passkey: Self { .init("passkey") }
}

/// The fields of WebAuthn's client data that matter here.
struct ClientData: Decodable {
    var type: String
    var challenge: String
    var origin: String
}

/// The options for `navigator.credentials.get`: the state is the challenge, 256 random bits as base64url.
func passkeyChallenge(for user: String, _ session: Session) async throws -> String {
    try await session.begin(.passkey, PasskeyLogin(user: user), for: .seconds(120))
}

/// Logs in with what the browser's authenticator signed.
///
/// - Parameter verify: Checks the signature with the user's public key, as a library for WebAuthn does.
func logInWithPasskey(
    clientData json: Data,
    _ session: Session,
    verify: (_ user: String, _ clientData: Data) async throws -> Bool
) async throws -> Bool {
    let clientData = try JSONDecoder().decode(ClientData.self, from: json)
    guard clientData.type == "webauthn.get", clientData.origin == "https://example.com",
        let login = try await session.finish(.passkey, clientData.challenge),
        try await verify(login.user, json)
    else { return false }
    try await session.logIn(login.user)
    return true
}

/// A provider as small as possible: it hands out codes, and exchanges each once, for the client with the verifier.
private final class ExampleProvider: Sendable {
    private let codes = Mutex<[String: (challenge: String, user: String)]>([:])

    struct Refusal: Error {}

    /// The user agrees: the provider redirects back with a code and the state.
    func authorize(_ address: String, as user: String) throws -> (code: String, state: String) {
        let items = URLComponents(string: address)?.queryItems ?? []
        func item(_ name: String) throws -> String {
            guard let value = items.first(where: { $0.name == name })?.value else { throw Refusal() }
            return value
        }
        guard try item("code_challenge_method") == "S256", try item("response_type") == "code" else { throw Refusal() }
        let (code, challenge) = (UUID().uuidString, try item("code_challenge"))
        self.codes.withLock { $0[code] = (challenge, user) }
        return (code, try item("state"))
    }

    func exchange(_ code: String, _ verifier: String) throws -> String {
        guard let grant = self.codes.withLock({ $0.removeValue(forKey: code) }),
            Data(SHA256.hash(data: Data(verifier.utf8))).base64URL == grant.challenge
        else { throw Refusal() }
        return grant.user
    }
}

@Suite("The article on handshakes")
struct HandshakesGuideTests {
    private let provider = ExampleProvider()

    private var login: ProviderLogin {
        let provider = self.provider
        return ProviderLogin(client: "shop", authorizeURL: "https://id.example/authorize") {
            try provider.exchange($0, $1)
        }
    }

    private func begin(_ harness: EngineHarness, _ browser: TestBrowser, _ page: String) async throws -> String {
        let session = try await harness.open(browser)
        let address = try await self.login.begin(session, returningTo: page)
        try await harness.close(session, browser)
        return address
    }

    private func finish(_ harness: EngineHarness, _ browser: TestBrowser, _ answer: (code: String, state: String))
        async throws -> String?
    {
        let session = try await harness.open(browser)
        let page = try await self.login.finish(session, code: answer.code, state: answer.state)
        try await harness.close(session, browser)
        return page
    }

    @Test("two tabs log in with the provider of the article, and each returns to its page")
    func oauth() async throws {
        let harness = try EngineHarness()
        let browser = harness.browser()
        let cart = try await self.begin(harness, browser, "/cart")
        let help = try await self.begin(harness, browser, "/help")
        let (first, second) = (
            try self.provider.authorize(help, as: "ada"), try self.provider.authorize(cart, as: "ada")
        )
        #expect(try await self.finish(harness, browser, first) == "/help")
        #expect(try await self.finish(harness, browser, second) == "/cart", "it survived the login of the other tab")
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(try await self.finish(harness, browser, second) == nil)
    }

    @Test("an attacker's answer logs no one in at another browser")
    func forged() async throws {
        let harness = try EngineHarness()
        let (victim, attacker) = (harness.browser(), harness.browser())
        _ = try await self.begin(harness, victim, "/")
        let answer = try self.provider.authorize(try await self.begin(harness, attacker, "/"), as: "mallory")
        #expect(try await self.finish(harness, victim, answer) == nil)
        try await harness.visit(victim) { #expect($0.subject == nil) }
    }

    @Test("the challenge of the article logs in with a passkey once")
    func passkey() async throws {
        let harness = try EngineHarness()
        let browser = harness.browser()
        let session = try await harness.open(browser)
        let challenge = try await passkeyChallenge(for: "ada", session)
        try await harness.close(session, browser)
        let json = #"{"type":"webauthn.get","challenge":"\#(challenge)","origin":"https://example.com"}"#
        for isFirst in [true, false] {
            try await harness.visit(browser) { session in
                let isLoggedIn = try await logInWithPasskey(clientData: Data(json.utf8), session) { user, _ in
                    user == "ada"
                }
                #expect(isLoggedIn == isFirst)
            }
        }
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }
}
