//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import LogAudit
import Sessions
import SessionsExpress
import SessionsTesting
import TestSupport
import Testing

@Suite("Options of express-session and connect-redis")
struct ExpressOptionTests {
    static let id = SharedSessionTests.id

    @Test("secret: a cookie that an older secret signed is believed, and signed anew by the newest")
    func secrets() async throws {
        let old = try ExpressHarness(secrets: ["an older one of the secrets"])
        let browser = old.browser()
        try await old.visit(browser) { $0[.views] = 1 }
        let id = old.id(in: browser)
        let new = try ExpressHarness(
            sharing: old, secrets: ["the newest of all secrets", "an older one of the secrets"])
        let response = try await new.visit(browser) { #expect($0[.views] == 1) }
        #expect(response[.setCookie] != nil)
        #expect((try ExpressHarness(sharing: old, secrets: ["the newest of all secrets"])).id(in: browser) == id)
        let again = try await new.visit(browser) { #expect($0[.views] == 1) }
        #expect(again[.setCookie] == nil)
        let gone = try ExpressHarness(sharing: old, secrets: ["another of the secrets"])
        try await gone.visit(browser) { #expect($0.id == nil) }
    }

    @Test("genid: the application may make the ids, and what is too short is refused")
    func genid() async throws {
        let harness = try ExpressHarness { $1.makeID = { _ in "made/by+the application ü 0123456789" } }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        #expect(
            browser.cookie(named: "connect.sid")?.value.hasPrefix("s%3Amade%2Fby%2Bthe%20application%20%C3%BC%20")
                == true)
        #expect(try await harness.text("made/by+the application ü 0123456789") != nil)
        try await harness.visit(browser) { #expect($0[.views] == 1) }
        let short = try ExpressHarness { $1.makeID = { _ in "1" } }
        await #expect(throws: SessionError.self) { try await short.visit(short.browser()) { $0[.views] = 1 } }
    }

    @Test("genid: the application may make the id of a stored session, and the secret stays ours")
    func sessionID() async throws {
        let store = MemorySessionStore()
        let wanted = SessionID(high: 1, low: 2)
        var configuration = SessionConfiguration()
        configuration.makeSessionID = { _ in wanted }
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let request = SessionRequest(headerFields: HTTPFields(), isSecure: true)
        var tokens: [String] = []
        for _ in 0..<2 {
            let session = try await engine.open(request, logger: LogAudit.logger())
            session[.views] = 1
            try await session.save()
            #expect(session.id == wanted)
            tokens.append(try #require(session.token?.text))
            try await session.destroy()
            try await store.clear()
        }
        #expect(tokens[0] != tokens[1])
        // An id that is in use never opens the other session.
        let first = try await engine.open(request, logger: LogAudit.logger())
        first[.views] = 1
        try await first.save()
        let second = try await engine.open(request, logger: LogAudit.logger())
        second[.views] = 1
        await #expect(throws: SessionError.self) { try await second.save() }
    }

    @Test("renewing and authenticating anew keep the values under another id, for an id is the secret there")
    func renewal() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":5,"userId":"ada","odd":-0"#)
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { try await $0.reauthenticate() }
        let second = try #require(harness.id(in: browser))
        try await harness.visit(browser) { try await $0.renew() }
        let third = try #require(harness.id(in: browser))
        #expect(Set([Self.id, second, third]).count == 3)
        #expect(try await harness.text(second) == nil)
        #expect(try await harness.text(third)?.contains(#""views":5,"userId":"ada","odd":-0"#) == true)
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("cookie: attributes that one session has are kept where Express looks for them, and read from there")
    func attributes() async throws {
        let harness = try ExpressHarness()
        let browser = harness.browser()
        let response = try await harness.visit(browser) { session in
            try await session.setCookie(.init(path: "/shop", sameSite: .strict, priority: .high))
        }
        #expect(response[.setCookie]?.contains("Path=/shop; Secure; HttpOnly; SameSite=Strict; Priority=High") == true)
        let id = try #require(ExpressHarness.id(in: response, harness.secrets))
        let text = try #require(try await harness.text(id))
        #expect(text.contains(#""path":"/shop","sameSite":"strict","priority":"high""#))
        let cookie =
            #""cookie":{"originalMaxAge":null,"expires":null,"path":"/x","sameSite":true,"domain":"example.com"}"#
        harness.records.set("sess:\(Self.id)", Array("{\(cookie)}".utf8), .after(.days(1)), now: harness.clock.now)
        let cleared = try await harness.visit(harness.browser(of: Self.id)) { try await $0.destroy() }
        #expect(cleared[.setCookie]?.contains("Domain=example.com; Path=/x") == true)
        #expect(cleared[.setCookie]?.contains("SameSite=Strict") == true)
    }

    @Test("names that Express keeps from sessions are refused, and so is who is logged in")
    func reservedNames() async throws {
        for name in ["cookie", "save", "touch", "__proto__", "toString", "userId", "swiftSession", "req", "id"] {
            let harness = try ExpressHarness()
            await #expect(throws: SessionError.self) {
                try await harness.visit(harness.browser()) { $0[SessionKey<Int>(name, default: 0)] = 1 }
            }
        }
        let harness = try ExpressHarness()
        await #expect(throws: SessionError.self) {
            let key = SessionKey<Int>(
                "broken", default: 0, codec: .init(encode: { _ in .json(Array("{".utf8)) }, decode: { _ in 0 }))
            try await harness.visit(harness.browser()) { $0[key] = 1 }
        }
    }

    @Test("a record that is no session, or has no cookie, is a visitor without a session")
    func damaged() async throws {
        for text in ["", "null", "[]", "{}", #"{"views":1}"#, #"{"cookie":null}"#, #"{"cookie":{}"#, "\u{0}"] {
            let harness = try ExpressHarness()
            harness.records.set("sess:\(Self.id)", Array(text.utf8), .after(.days(1)), now: harness.clock.now)
            try await harness.visit(harness.browser(of: Self.id)) { #expect($0.id == nil) }
        }
    }
}

extension ExpressHarness {
    /// The id in the cookie of a response.
    static func id(in response: HTTPFields, _ secrets: ExpressSecrets) -> String? {
        let value = response[.setCookie]?.prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst()
        return value.flatMap { ExpressCookieProbe.read(String($0), secrets) }
    }
}
