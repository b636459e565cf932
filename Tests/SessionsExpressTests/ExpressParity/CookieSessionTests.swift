//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Coming from Express: cookie-session")
struct CookieSessionTests {
    private func makeHarness(_ configure: (inout SessionConfiguration) -> Void = { _ in }) throws -> EngineHarness {
        try EngineHarness(.sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart), configure)
    }

    @Test("cookie-session name: the prefix of browsers is the default")
    func name() async throws {
        let harness = try self.makeHarness { configuration in configuration.cookie.name = "__Host-shop" }
        #expect(try await harness.firstCookie().hasPrefix("__Host-shop="))
    }

    @Test("keys: the newest seals, all open, and what an older one sealed is sealed anew")
    func keys() async throws {
        let (newest, older) = (Self.texts[0], Self.texts[1])
        let before = try EngineHarness(
            .sealed(with: try SecretKeyring([SecretKey(older)]), revocation: .inMemoryUntilRestart))
        let browser = before.browser()
        try await before.visit(browser) { $0[.views] = 1 }
        let keyring = try SecretKeyring([SecretKey(newest), SecretKey(older)])
        let harness = try EngineHarness(.sealed(with: keyring, revocation: .inMemoryUntilRestart), clock: before.clock)
        let response = try await harness.visit(browser) { #expect($0[.views] == 1) }
        #expect(response[.setCookie] != nil)
    }

    private static let texts = [
        "Im7tnVZ8oJA7_j3X6OTqKKlNhP6bBlfTWOwFyCh2-y0", "r6WCFShvLpUch6PBKXP2POcKPo0msIe-7Dp-rrVaJL4",
    ]

    @Test("secret: a ring of one key")
    func secret() throws {
        let text = Self.texts[0]
        let keyring = try SecretKeyring([SecretKey(text)])
        #expect(keyring.keyIDs.count == 1)
    }

    @Test(".keys required: the argument has no default, and a ring without keys is refused")
    func noKeys() {
        #expect(throws: SessionError.self) { try SecretKeyring([]) }
    }

    @Test("signed: sealed always, so that no one reads what is in the cookie")
    func signed() async throws {
        let harness = try self.makeHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "dark" }
        let value = try #require(browser.cookie(named: "__Host-session")?.value)
        #expect(value.contains("dark") == false)
        let forged = harness.browser()
        let other = value.last == "A" ? "B" : "A"
        forged.plant(
            TestCookie(
                name: "__Host-session", value: value.dropLast() + other, domain: "example.com", isSecure: true))
        try await harness.visit(forged) { #expect($0[.theme] == nil) }
    }

    @Test("overwrite: a response has one cookie of a name")
    func overwrite() async throws {
        let harness = try self.makeHarness()
        let session = try await harness.open(harness.browser())
        session[.views] = 1
        var response: HTTPFields = [.setCookie: "__Host-session=the handler's"]
        try await harness.engine.close(session, response: &response)
        #expect(response[values: .setCookie].count == 1)
    }

    @Test("cookie-session httpOnly: true by default")
    func httpOnly() async throws {
        #expect(try await self.makeHarness().firstCookie().contains("; HttpOnly"))
        let harness = try self.makeHarness { configuration in configuration.cookie.isHTTPOnly = true }
        #expect(try await harness.firstCookie().contains("; HttpOnly"))
    }

    @Test("cookie-session path and domain: as the cookie of any session has them")
    func pathAndDomain() async throws {
        let harness = try self.makeHarness { configuration in
            configuration.cookie.name = "sid"
            configuration.cookie.path = "/shop"
            configuration.cookie.domain = "example.com"
        }
        #expect(try await harness.firstCookie().contains("; Domain=example.com; Path=/shop;"))
    }

    @Test("cookie-session sameSite: lax by default")
    func sameSite() async throws {
        #expect(try await self.makeHarness().firstCookie().contains("; SameSite=Lax"))
        let harness = try self.makeHarness { configuration in configuration.cookie.sameSite = .strict }
        #expect(try await harness.firstCookie().contains("; SameSite=Strict"))
    }

    @Test("cookie-session secure: true by default")
    func secure() async throws {
        #expect(try await self.makeHarness().firstCookie().contains("; Secure"))
        let harness = try self.makeHarness { configuration in configuration.cookie.secure = .always }
        #expect(try await harness.firstCookie().contains("; Secure"))
    }

    @Test("cookie-session partitioned and priority: as the cookie of any session has them")
    func partitionedAndPriority() async throws {
        let harness = try self.makeHarness { configuration in
            configuration.cookie.sameSite = .none
            configuration.cookie.isPartitioned = true
            configuration.cookie.priority = .high
        }
        #expect(try await harness.firstCookie().hasSuffix("; Partitioned; Priority=High"))
    }

    @Test("cookie-session maxAge: under the seal, so that a copy of the cookie does not outlive it")
    func maxAge() async throws {
        let harness = try self.makeHarness { configuration in
            configuration.remembersEverySession = true
            configuration.rememberedLimits.idle = .seconds(60)
        }
        let browser = harness.browser()
        let response = try await harness.visit(browser) { $0[.views] = 1 }
        #expect(response[.setCookie]?.contains("; Max-Age=60;") == true)
        let copy = harness.browser()
        let value = try #require(browser.cookie(named: "__Host-session")?.value)
        copy.plant(TestCookie(name: "__Host-session", value: value, domain: "example.com", isSecure: true))
        harness.clock.advance(by: .seconds(60))
        try await harness.visit(copy) { #expect($0.id == nil) }
    }

    @Test("cookie-session expires: counted from the login of each, and not one date for all")
    func expires() async throws {
        let harness = try self.makeHarness { configuration in
            configuration.remembersEverySession = true
            configuration.rememberedLimits.idle = nil
            configuration.rememberedLimits.absolute = .seconds(86_400)
        }
        #expect(try await harness.firstCookie().contains("; Max-Age=86400;"))
        harness.clock.advance(by: .seconds(12 * 3_600))
        #expect(try await harness.firstCookie().contains("; Max-Age=86400;"))
    }
}

@Suite("Coming from Express: the session of cookie-session")
struct CookieSessionValuesTests {
    /// A visit with a session that has a number of views.
    private func visit(_ handler: (Session) async throws -> Void) async throws -> (
        harness: EngineHarness, fields: HTTPFields
    ) {
        let harness = try EngineHarness(.sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart))
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        return (harness, try await harness.visit(browser, handler))
    }

    @Test("req.session.views += 1: values have types")
    func values() async throws {
        _ = try await self.visit { session in
            session[.views] += 1
            #expect(session[.views] == 2)
        }
    }

    @Test("req.session = null: the session ends, and every copy of the cookie with it")
    func null() async throws {
        let (_, fields) = try await self.visit { session in try await session.destroy() }
        #expect(fields[.setCookie]?.contains("; Max-Age=0;") == true)
    }

    @Test("req.session = {…}: what there was is gone, and what is set is there")
    func object() async throws {
        _ = try await self.visit { session in
            session.removeAll()
            session[.theme] = "dark"
            #expect(session.names == ["theme"])
        }
    }

    @Test(".isChanged: whether something is not stored yet")
    func isChanged() async throws {
        _ = try await self.visit { session in
            #expect(!session.hasChanges)
            session[.views] = 2
            #expect(session.hasChanges)
        }
    }

    @Test(".isNew: whether the visitor came without a session")
    func isNew() async throws {
        _ = try await self.visit { session in #expect(!session.isNew) }
        let harness = try EngineHarness()
        try await harness.visit(harness.browser()) { session in #expect(session.isNew) }
    }

    @Test(".isPopulated: whether there are values")
    func isPopulated() async throws {
        _ = try await self.visit { session in
            #expect(!session.names.isEmpty)
            session.removeAll()
            #expect(session.names.isEmpty)
        }
    }

    @Test("req.sessionOptions: attributes for one session, kept under its seal")
    func options() async throws {
        let (_, fields) = try await self.visit { session in
            try await session.setCookie(.init(sameSite: .strict))
        }
        #expect(fields[.setCookie]?.contains("; SameSite=Strict") == true)
    }

    @Test("req.sessionOptions.maxAge: a length for one session, which sticks to it")
    func maxAge() async throws {
        let (harness, fields) = try await self.visit { session in try await session.remember(for: .seconds(60)) }
        #expect(fields[.setCookie]?.contains("; Max-Age=60;") == true)
        let browser = harness.browser()
        browser.receive(fields, from: harness.origin)
        harness.clock.advance(by: .seconds(30))
        let response = try await harness.visit(browser)
        #expect(response[.setCookie]?.contains("; Max-Age=60;") == true)
    }

    @Test("nothing changed: no cookie, until a tenth of the idle limit has passed")
    func unchanged() async throws {
        let (harness, fields) = try await self.visit { session in #expect(session[.views] == 1) }
        #expect(fields[.setCookie] == nil)
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        harness.clock.advance(by: .seconds(2 * 60))
        let response = try await harness.visit(browser)
        #expect(response[.setCookie] != nil)
    }

    @Test("what cannot be saved: an error, and not a line in a log")
    func saving() async throws {
        _ = try await self.visit { session in
            session[.theme] = String(repeating: "a long theme ", count: 1_000)
            let error = await #expect(throws: SessionError.self) { try await session.save() }
            #expect(error?.code == .valuesTooLarge)
            session.discardChanges()
        }
    }
}
