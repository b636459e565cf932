//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import HTTPTypes
import LogAudit
import Sessions
import SessionsOperations
import SessionsTesting
import TestSupport
import Testing

@Suite("The explanation of a cookie")
struct CookieExplainerTests {
    private let store = MemorySessionStore()

    /// The value of the cookie of a new session in which ada is logged in.
    private func cookie(_ backend: SessionBackend, _ configure: (inout SessionConfiguration) -> Void = { _ in })
        async throws -> String
    {
        var configuration = SessionConfiguration()
        configure(&configuration)
        let engine = try SessionEngine(backend, configuration: configuration)
        let session = try await engine.open(
            SessionRequest(headerFields: [:], isSecure: true), logger: LogAudit.logger())
        if case .some = session.token, session.id == nil {} else { try await session.logIn("ada") }
        var response = HTTPFields()
        try await engine.close(session, response: &response)
        LogAudit.noteTokens(in: response)
        let field = try #require(response[values: .setCookie].first)
        return String(field.prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst())
    }

    /// Explains an input, and fails if the report repeats a secret.
    private func explain(
        _ input: String,
        asksStore: Bool = true,
        keyring: SecretKeyring? = nil,
        cookieName: String? = nil,
        application: String = ""
    ) async throws -> CookieReport {
        let explainer = CookieExplainer(
            store: asksStore ? self.store : nil, keyring: keyring, cookieName: cookieName, applicationName: application,
            logger: LogAudit.logger())
        let report = try #require(try await explainer.explain(input).first)
        let secret = input.split(separator: "=").last.map { String($0.dropFirst(22).prefix(24)) } ?? ""
        for text in [report.text, try JSONText.line(report), "\(report)"] {
            #expect(secret.count < 12 || !text.contains(secret))
        }
        return report
    }

    @Test("A token of a live session is accepted, in every form of the input")
    func acceptsTokens() async throws {
        let token = try await self.cookie(.stored(in: self.store))
        for input in [
            token, "\(token)\n", "__Host-session=\(token)", "Cookie: a=b; __Host-session=\(token)",
            "Set-Cookie: __Host-session=\(token); Path=/; Secure",
        ] {
            let report = try await self.explain(input)
            #expect(report.kind == "token" && report.isAccepted == true && report.reason == "the token of a session")
            #expect(report.store == "live" && report.session?.user == "ada" && report.id == report.session?.id)
        }
        let other = try await self.explain("sid=\(token)")
        #expect(other.isAccepted == true)
    }

    @Test("An explanation changes nothing")
    func changesNothing() async throws {
        let token = try await self.cookie(.stored(in: self.store))
        let id = try #require(SessionToken(token)?.id)
        let before = try await self.store.load(id, now: SessionClock.system.now)
        _ = try await self.explain(token)
        #expect(try await self.store.load(id, now: SessionClock.system.now) == before)
    }

    @Test("A token of an ended session, of another store, with a wrong secret, and no token have different reports")
    func rejectsTokens() async throws {
        let token = try await self.cookie(.stored(in: self.store))
        let last = token.hasSuffix("AAAA") ? "BBBB" : "AAAA"
        let wrong = try await self.explain(String(token.dropLast(4)) + last)
        #expect(wrong.isAccepted == false && wrong.reason == "a session's id with a wrong secret")
        #expect(wrong.store == "live")

        let id = try #require(SessionToken(token)?.id)
        _ = try await EndOperation(self.store).end(id)
        let ended = try await self.explain(token)
        #expect(ended.isAccepted == false && ended.store == "ended")
        #expect(ended.reason == "the token of a session that has just ended")

        let unknown = try await self.explain(String(repeating: "aB3_", count: 16))
        #expect(unknown.isAccepted == false && unknown.store == "unknown" && unknown.reason == "a token of no session")

        let malformed = try await self.explain(String(token.dropLast(1)))
        #expect(malformed.kind == "unknown" && malformed.isAccepted == false && malformed.reason == "a malformed token")

        let unchecked = try await self.explain(token, asksStore: false)
        #expect(unchecked.isAccepted == nil && unchecked.id == id.description)
        let express = try await self.explain("s%3Aabcdefgh.ijklmnop")
        #expect(express.kind == "express-session" && express.isAccepted == nil)
    }

    @Test("A signed token is checked under the keys, and the key that signed it is named")
    func checksSignatures() async throws {
        let (old, new) = (SecretKey.generated(), SecretKey.generated())
        let signed = try SecretKeyring([old])
        let token = try await self.cookie(.stored(in: self.store, signedWith: signed))
        let newest = try await self.explain(token, keyring: signed)
        #expect(newest.kind == "signed token" && newest.isAccepted == true && newest.key == "newest")
        #expect(newest.keyID == signed.keyIDs[0] && !newest.isReplacedSoon)

        let older = try await self.explain(token, keyring: SecretKeyring([new, old]))
        #expect(older.isAccepted == true && older.key == "older" && older.isReplacedSoon)
        let removed = try await self.explain(token, keyring: SecretKeyring([new]))
        #expect(removed.isAccepted == false && removed.key == "unknown" && removed.keyID == nil)
        #expect(removed.advice?.contains("--application") == true)
        let unchecked = try await self.explain(token)
        #expect(unchecked.isAccepted == nil && unchecked.reason == "not checked" && unchecked.keyID == nil)
        let alone = try await self.explain(token, asksStore: false, keyring: signed)
        #expect(alone.isAccepted == nil && alone.key == "newest" && alone.keyID == signed.keyIDs[0])
    }

    @Test("A sealed session is opened under the keys, with its limits, even if it has expired")
    func opensSeals() async throws {
        let (old, new) = (SecretKey.generated(), SecretKey.generated())
        let keyring = try SecretKeyring([old])
        let backend = SessionBackend.sealed(with: keyring, revocation: .none)
        let sealed = try await self.cookie(backend)
        let report = try await self.explain(sealed, asksStore: false, keyring: keyring)
        #expect(report.kind == "sealed session" && report.isAccepted == true && report.key == "newest")
        #expect(report.session?.user == "ada" && report.id != nil)
        let older = try await self.explain(sealed, asksStore: false, keyring: SecretKeyring([new, old]))
        #expect(older.key == "older" && older.isReplacedSoon)
        let removed = try await self.explain(sealed, asksStore: false, keyring: SecretKeyring([new]))
        #expect(removed.isAccepted == false && removed.key == "unknown" && removed.keyID == keyring.keyIDs[0])
        let changed = try await self.explain(
            String(sealed.dropLast(6)) + "AAAAAA", asksStore: false, keyring: keyring)
        #expect(changed.isAccepted == false && changed.key == "newest" && changed.session == nil)

        let other = try await self.cookie(backend) { $0.applicationName = "shop" }
        #expect(try await self.explain(other, asksStore: false, keyring: keyring).isAccepted == false)
        #expect(
            try await self.explain(other, asksStore: false, keyring: keyring, application: "shop").isAccepted == true)

        let past = ManualClock()
        let expired = try await self.cookie(backend) { $0.clock = past.sessionClock }
        let late = try await self.explain(expired, asksStore: false, keyring: keyring)
        #expect(late.reason == "the token of an expired session" && late.session?.user == "ada")
    }

    @Test("A revoked sealed session is rejected when the store of the revocations is asked")
    func asksForRevocations() async throws {
        try await TemporaryFolder.with { folder in
            let opened = try OpenedSessionStore(
                creating: .sqlite(path: folder.path("revocations.sqlite")), SessionStoreOptions(),
                logger: LogAudit.logger())
            let keyring = SecretKeyring.ephemeral()
            let backend = SessionBackend.sealed(with: keyring, revocation: .stored(in: opened.store))
            let sealed = try await self.cookie(backend)
            let explainer = CookieExplainer(
                store: opened.store, keyring: keyring, cookieName: nil, logger: LogAudit.logger())
            #expect(try await explainer.explain(sealed).first?.isAccepted == true)
            try await SessionEngine(backend).revokeAll(of: "ada")
            let revoked = try #require(try await explainer.explain(sealed).first)
            #expect(revoked.isAccepted == false && revoked.reason == "the token of a session that has just ended")
        }
    }

    @Test("An input without the cookie is refused")
    func refusesOtherInput() async throws {
        await #expect(throws: OperationError.self) { try await self.explain("") }
        await #expect(throws: OperationError.self) { try await self.explain("a=b; c=d", cookieName: "session") }
    }
}
#endif
