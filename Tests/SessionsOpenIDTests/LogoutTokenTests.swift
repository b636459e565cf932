//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
import CryptoExtras
import Foundation
import Sessions
import SessionsTesting
import Testing

@testable import SessionsOpenID

@Suite("Logout tokens")
struct LogoutTokenTests {
    private let provider = TestProvider()
    private let now = ManualClock().now

    private func verify(
        _ token: String,
        isUsed: Bool = false,
        keys: String? = nil,
        checks: [LogoutTokenCheck] = LogoutTokenCheck.all
    ) async throws -> LogoutClaims {
        let keys = keys ?? self.provider.keys
        let provider = OpenIDProvider(issuer: TestProvider.issuer, clientID: TestProvider.clientID) { keys }
        return try await LogoutTokenVerifier(provider, checks: checks).verify(token, now: self.now) { _ in isUsed }
    }

    @Test("a valid token gives its claims, with a user, a session or both, and with one or several audiences")
    func valid() async throws {
        for (sid, sub) in [("s1", "u1"), ("s1", nil), (nil, "u1")] as [(String?, String?)] {
            let claims = try await self.verify(
                try self.provider.token(self.provider.claims(sid: sid, sub: sub, now: now)))
            #expect(claims.session == sid && claims.subject == sub)
        }
        var claims = self.provider.claims(now: self.now)
        claims["aud"] = #"["bank","shop"]"#
        claims["http://example.com/other"] = "[1,{}]"
        for header in [TestProvider.header, #"{"alg":"ES256"}"#, #"{"alg":"ES256","typ":"JWT","kid":"a"}"#] {
            #expect(try await self.verify(try self.provider.token(claims, header: header)).identifier != nil)
        }
    }

    @Test("clocks may differ by a minute")
    func leeway() async throws {
        var claims = self.provider.claims(now: self.now)
        let seconds = self.now.millisecondsSince1970 / 1_000
        (claims["iat"], claims["exp"]) = ("\(seconds + 60)", "\(seconds + 180)")
        _ = try await self.verify(try self.provider.token(claims))
        (claims["iat"], claims["exp"]) = ("\(seconds - 179)", "\(seconds - 59)")
        _ = try await self.verify(try self.provider.token(claims))
    }

    @Test("a token with a signature of RSA is valid, with and without the name of its key")
    func rsa() async throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let primitives = try key.publicKey.getKeyPrimitives()
        let keys = """
            {"keys":[{"kty":"RSA","use":"sig","alg":"RS256","n":"\(TestProvider.encode(primitives.modulus))",\
            "e":"\(TestProvider.encode(primitives.publicExponent))"}]}
            """
        for header in [#"{"alg":"RS256"}"#, #"{"alg":"RS256","kid":"unknown","typ":"logout+jwt"}"#] {
            let signed = TestProvider.signedText(self.provider.claims(now: self.now), header: header)
            let signature = try key.signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5).rawRepresentation
            let token = "\(signed).\(TestProvider.encode(signature))"
            #expect(try await self.verify(token, keys: keys).session == "s1")
            let error = await #expect(throws: OpenIDLogoutError.self) { try await self.verify(token) }
            #expect(error?.code == .invalidSignature)
        }
    }

    @Test("a hostile token is rejected, and the error has nothing of it", arguments: HostileLogoutToken.all)
    func hostile(_ hostile: HostileLogoutToken) async throws {
        let token = try hostile.token(self.provider, now: self.now)
        let error = await #expect(throws: OpenIDLogoutError.self) {
            try await self.verify(token, isUsed: hostile.isUsed)
        }
        #expect(error?.code == hostile.code)
        #expect(error.map { !"\($0)".contains(token.prefix(20)) && !"\($0)".contains("s1") } == true)
    }

    @Test("a verifier without one of its checks accepts a hostile token", arguments: LogoutTokenCheck.all.indices)
    func mutant(_ index: Int) async throws {
        var checks = LogoutTokenCheck.all
        let removed = checks.remove(at: index)
        var accepted: [String] = []
        for hostile in HostileLogoutToken.all {
            let token = try hostile.token(self.provider, now: self.now)
            if (try? await self.verify(token, isUsed: hostile.isUsed, checks: checks)) != nil {
                accepted.append(hostile.name)
            }
        }
        #expect(!accepted.isEmpty, "the check that \(removed.name) is not needed")
    }

    @Test(
        "what is no token is malformed",
        arguments: ["", ".", "..", "a.b.c", "e30.e30", "e30.e30.e30.e30", String(repeating: "e", count: 20_000)])
    func malformed(_ text: String) async throws {
        let error = await #expect(throws: OpenIDLogoutError.self) { try await self.verify(text) }
        #expect([.malformed, .wrongAlgorithm].contains(error?.code))
    }

    @Test("claims of other types are malformed")
    func types() async throws {
        for (name, value) in [("iss", "1"), ("exp", "\"soon\""), ("sid", "{}"), ("aud", "{}"), ("jti", "[]")] {
            var claims = self.provider.claims(now: self.now)
            claims[name] = value
            let token = try self.provider.token(claims)
            let error = await #expect(throws: OpenIDLogoutError.self) { try await self.verify(token) }
            #expect(error?.code == .malformed, "\(name)")
        }
    }

    @Test("a document without keys rejects every token, and one that is no document is an error")
    func keys() async throws {
        let token = try self.provider.token(self.provider.claims(now: self.now))
        let error = await #expect(throws: OpenIDLogoutError.self) {
            try await self.verify(token, keys: #"{"keys":[]}"#)
        }
        #expect(error?.code == .invalidSignature)
        await #expect(throws: DecodingError.self) { try await self.verify(token, keys: "down") }
    }
}
#endif
