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

/// What programs send: `Authorization: Bearer …`.
@Suite("Bearer tokens", .bothDrivers)
struct BearerTests {
    private let harnesses = BearerHarnesses()

    @Test("a login by bearer gives a token for the body, sets no cookie, and the token opens the session")
    func login() async throws {
        let harness = try self.harnesses.make()
        let credential = try await self.harnesses.token(of: "ada", at: harness)
        let session = try await harness.open(self.harnesses.bearer(credential))
        #expect(session.subject == "ada")
        #expect(!session.isAuthenticatedByCookie)
        #expect(session.bearerToken == credential)
        var response = HTTPFields()
        try await harness.engine.close(session, response: &response)
        #expect(response[.setCookie] == nil)
        #expect(response.listItems(of: .vary) == ["Cookie", "Authorization"])
        #expect(response[.cacheControl] == "no-store")
    }

    @Test("a login without a wish sets a cookie, and its text goes out in no other way")
    func cookieLogin() async throws {
        let harness = try self.harnesses.make()
        let browser = harness.browser()
        let response = try await harness.visit(browser) { session in
            try await session.logIn("ada")
            #expect(session.bearerToken == nil)
        }
        #expect(response[values: .setCookie].count == 1)
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            #expect(session.isAuthenticatedByCookie)
            #expect(session.bearerToken == nil)
            // The session that is there keeps its transport.
            try session.useTransport(.bearer)
            #expect(session.bearerToken == nil)
        }
    }

    @Test("a login answers as the request came: who sends a token gets a token")
    func loginAgain() async throws {
        let harness = try self.harnesses.make()
        let first = try await self.harnesses.token(of: "ada", at: harness)
        let session = try await harness.open(self.harnesses.bearer(first))
        try await session.logIn("ada")
        let second = try #require(session.bearerToken)
        var response = HTTPFields()
        try await harness.engine.close(session, response: &response)
        #expect(response[.setCookie] == nil)
        #expect(second != first)
        #expect(try await harness.open(self.harnesses.bearer(second)).subject == "ada")
        #expect(try await harness.open(self.harnesses.bearer(first)).subject == nil)
    }

    @Test("the scheme is of any case, and blanks may be several", arguments: ["bearer ", "BEARER ", "bEaReR   "])
    func scheme(_ scheme: String) async throws {
        let harness = try self.harnesses.make()
        let credential = try await self.harnesses.token(of: "ada", at: harness)
        #expect(try await harness.open([.authorization: scheme + credential]).subject == "ada")
    }

    /// Values, in which T is a valid token, and the client's response.
    static let malformedValues = [
        "Bearer": "invalid_token", "Bearer ": "invalid_token", "Bearer x": "invalid_token",
        "Bearer TA": "invalid_token", "Bearer T T": "invalid_token", "Bearer T, Bearer T": "invalid_token",
        "Bearer \"T\"": "invalid_token", "Bearer\tT": nil, "Bearer:T": nil, "Bearers T": nil, "Basic T": nil,
        "Other T": nil, "T": nil, "": nil,
    ]

    @Test(
        "what is malformed is refused, of another scheme where that is asked for, and no store is asked",
        arguments: malformedValues
    )
    func malformed(_ value: String, _ error: String?) async throws {
        let harness = try self.harnesses.make(BearerTransport(otherSchemes: .refused))
        let credential = try await self.harnesses.token(of: "ada", at: harness)
        let calls = self.harnesses.store.faults.count(of: .load)
        let refusal = await #expect(throws: SessionError.self) {
            try await harness.open([.authorization: value.replacing("T", with: credential)])
        }
        #expect(refusal?.code == .invalidCredentials)
        #expect(refusal?.challenges == [error.map { "Bearer error=\"\($0)\"" } ?? "Bearer"])
        #expect(refusal?.description.contains(credential) == false)
        #expect(self.harnesses.store.faults.count(of: .load) == calls)
    }

    @Test("a repeated field is refused, also when it says the same twice, and whatever the other scheme is")
    func repeated() async throws {
        for schemes in [BearerTransport.OtherSchemes.refused, .ignored] {
            let harness = try self.harnesses.make(BearerTransport(otherSchemes: schemes))
            let credential = try await self.harnesses.token(of: "ada", at: harness)
            let repeated = [["Bearer \(credential)"], ["Bearer x", ""]]
            for others in repeated + (schemes == .refused ? [["Basic YTpi"]] : []) {
                for values in [["Bearer \(credential)"] + others, others + ["Bearer \(credential)"]] {
                    var fields = HTTPFields()
                    fields[values: .authorization] = values
                    let error = await #expect(throws: SessionError.self) { try await harness.open(fields) }
                    #expect(error?.code == .invalidCredentials)
                    #expect(error?.challenges == ["Bearer error=\"invalid_request\""])
                }
            }
        }
    }

    @Test("the fields of another scheme are ignored unless they are to be refused")
    func otherSchemes() async throws {
        let harness = try self.harnesses.make()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        var fields: HTTPFields = [.authorization: "Basic YTpi"]
        browser.addCookies(to: &fields, for: harness.origin)
        #expect(try await harness.open(fields).subject == "ada")
    }

    @Test("a token that opens nothing is a visitor, who is told so when asked to log in")
    func unknown() async throws {
        let harness = try self.harnesses.make()
        let credential = try await self.harnesses.token(of: "ada", at: harness)
        try await harness.open(self.harnesses.bearer(credential)).logOut()
        for credential in [credential, SessionToken(random: .system).text] {
            let session = try await harness.open(self.harnesses.bearer(credential))
            #expect(session.subject == nil)
            #expect(session.challenges() == ["Bearer error=\"invalid_token\""])
        }
        #expect(try await harness.open([:]).challenges() == ["Bearer"])
        #expect(try await self.harnesses.make(withCookies: false).open([:]).challenges() == ["Bearer"])
    }

    @Test("tokens are read from Authorization alone")
    func otherFields() async throws {
        let harness = try self.harnesses.make(withCookies: false)
        let credential = try await self.harnesses.token(of: "ada", at: harness)
        let names = try ["X-Authorization", "Proxy-Authorization", "X-Session", "Token"].map {
            try #require(HTTPField.Name($0))
        }
        for name in names + [.cookie, .referer, .origin] {
            for value in [
                "Bearer \(credential)", credential, "__Host-session=\(credential)",
                "https://example.com/?access_token=\(credential)",
            ] {
                #expect(try await harness.open([name: value]).subject == nil)
            }
        }
    }

    @Test("a secret is renewed by time where the new one is handed out, and left alone where it is not")
    func renewal() async throws {
        for (field, isRenewed) in [(HTTPField.Name?.none, false), (.authorization, true)] {
            let harness = try self.harnesses.make(BearerTransport(responseField: field)) {
                $0.renewal = SessionRenewal(after: .minutes(5), grace: .seconds(30))
            }
            let credential = try await self.harnesses.token(of: "ada", at: harness)
            harness.clock.advance(by: .minutes(6))
            let session = try await harness.open(self.harnesses.bearer(credential))
            #expect(session.subject == "ada")
            var response = HTTPFields()
            try await harness.engine.close(session, response: &response)
            #expect((response[.authorization] != nil) == isRenewed)
            #expect(response[.authorization] != "Bearer \(credential)")
            harness.clock.advance(by: .minutes(1))
            #expect(try await (harness.open(self.harnesses.bearer(credential)).subject == "ada") == !isRenewed)
            guard let renewed = response[.authorization] else { continue }
            #expect(try await harness.open([.authorization: renewed]).subject == "ada")
        }
    }

    @Test("re-authentication makes a new token for the body, and the old one is dead")
    func reauthentication() async throws {
        let harness = try self.harnesses.make()
        let before = try await self.harnesses.token(of: "ada", at: harness)
        let session = try await harness.open(self.harnesses.bearer(before))
        try await session.reauthenticate()
        let after = try #require(session.bearerToken)
        #expect(after != before)
        #expect(try await harness.open(self.harnesses.bearer(after)).subject == "ada")
        #expect(try await harness.open(self.harnesses.bearer(before)).subject == nil)
    }

    @Test("a signed token is verified before the store is asked, and sealed sessions travel in a field of the response")
    func otherBackends() async throws {
        let transport = BearerTransport(responseField: .authorization)
        for backend in [
            SessionBackend.stored(in: self.harnesses.store, signedWith: .ephemeral()),
            .sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart),
        ] {
            let harness = try EngineHarness(backend, transports: [transport])
            var session = try await harness.open([:])
            session[.views] = 1
            try await session.logIn("ada")
            var response = HTTPFields()
            try await harness.engine.close(session, response: &response)
            let first = try #require(response[.authorization])
            session = try await harness.open([.authorization: first])
            #expect(session.subject == "ada")
            session[.views] += 1
            response = [:]
            try await harness.engine.close(session, response: &response)
            let second = response[.authorization] ?? first
            #expect(try await harness.open([.authorization: second])[.views] == 2)
        }
    }

    @Test("a store that is down is an error to try again, and no challenge")
    func outage() async throws {
        let harness = try self.harnesses.make()
        let credential = try await self.harnesses.token(of: "ada", at: harness)
        self.harnesses.store.faults.injectFault(.failing, .load)
        let error = await #expect(throws: SessionError.self) {
            try await harness.open(self.harnesses.bearer(credential))
        }
        #expect(error?.code == .storeUnavailable)
        #expect(error?.challenges == [])
        let tolerant = try EngineHarness(
            .stored(in: self.harnesses.store), transports: [CookieTransport(), BearerTransport()]
        ) {
            $0.onStoreFailure = .anonymous
        }
        let session = try await tolerant.open(self.harnesses.bearer(credential))
        #expect(session.challenges() == ["Bearer"])
    }

    @Test("transports that cannot do the work are refused when the engine is made, in words that say what to change")
    func unsuitableTransports() throws {
        let configuration = SessionConfiguration()
        let cookie = CookieTransport(configuration)
        let refused: [(SessionBackend, [any SessionTransport], String)] = [
            (.stored(in: self.harnesses.store), [], "There is no transport"),
            (.stored(in: self.harnesses.store), [cookie, cookie], "Two transports have the same kind"),
            (
                .sealed(with: .ephemeral(), revocation: .none), [cookie, BearerTransport()],
                "The transport \"bearer\" hands nothing out"
            ),
            (.tokenOnly(with: .ephemeral()), [BearerTransport()], "The transport \"bearer\" hands nothing out"),
        ]
        for (backend, transports, words) in refused {
            let error = #expect(throws: SessionError.self) {
                try SessionEngine(backend, configuration: configuration, transports: transports)
            }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "nothing")")
        }
    }

    @Test("a transport that the engine has not is refused by its name")
    func unknownTransport() async throws {
        let session = try await StoredHarness().open([:])
        let error = #expect(throws: SessionError.self) { try session.useTransport(.bearer) }
        #expect(error?.code == .notOffered)
        #expect(error?.message.contains("\"bearer\"") == true)
    }

    @Test("a text that is none of a token is not handed out, or its rest would say something else")
    func hostileText() {
        let transport = BearerTransport(responseField: .authorization)
        let instruction = CredentialDelivery(request: SessionRequest(headerFields: [:]))
        for credential in ["a\r\nX-Injected: 1", "a b", "a, Basic eDp5", "\u{E9}"] {
            var response: HTTPFields = [.authorization: "Bearer before"]
            transport.set(credential, instruction, in: &response)
            #expect(response[.authorization] == nil)
        }
    }
}
