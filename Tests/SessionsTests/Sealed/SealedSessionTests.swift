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

@Suite("Sealed sessions", .bothDrivers)
struct SealedSessionTests {
    @Test("a session is in its cookie, on any server with the keys")
    func anyServer() async throws {
        let harness = try SealedHarness(servers: 2)
        let browser = harness.browser()
        try await harness.servers[0].visit(browser) { session in
            try await session.logIn("ada")
            session[.theme] = "dark"
        }
        try await harness.servers[1].visit(browser) { session in
            #expect(session.subject == "ada")
            #expect(session[.theme] == "dark")
            session[.views] += 1
        }
        try await harness.servers[0].visit(browser) { #expect($0[.views] == 1) }
    }

    @Test("a visitor of whom nothing is remembered gets no cookie")
    func emptySession() async throws {
        let harness = try SealedHarness()
        let browser = harness.browser()
        let response = try await harness.visit(browser) { #expect($0[.views] == 0) }
        #expect(response[.setCookie] == nil)
        #expect(response[.vary] == "Cookie")
    }

    @Test("what is in the cookie can be read by no one, and the same twice is never the same")
    func secret() async throws {
        let harness = try SealedHarness()
        let (first, second) = (harness.browser(), harness.browser())
        for browser in [first, second] {
            try await harness.visit(browser) { $0[.theme] = "a theme that is easy to find" }
        }
        let credentials = try [first, second].map { try #require($0.token) }
        for credential in credentials {
            let bytes = try #require(Base64URL.decode(credential.utf8))
            #expect(!String(decoding: bytes, as: UTF8.self).contains("theme"))
        }
        #expect(credentials[0] != credentials[1])
    }

    @Test("the sliding limit is under the seal and held by the server's clock, whatever the browser keeps")
    func slidingLimit() async throws {
        let harness = try SealedHarness(configure: {
            $0.limits = SessionLimits(idle: .minutes(20), absolute: .hours(8))
        })
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let thief = browser.copy(in: harness)
        harness.clock.advance(by: .minutes(15))
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        harness.clock.advance(by: .minutes(5))
        try await harness.visit(thief) { #expect($0.subject == nil) }
        harness.clock.advance(by: .minutes(14))
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        harness.clock.advance(by: .minutes(20))
        try await harness.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("the absolute limit is under the seal, however busy the session is")
    func absoluteLimit() async throws {
        let harness = try SealedHarness(configure: {
            $0.limits = SessionLimits(idle: .minutes(20), absolute: .hours(1))
        })
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        for _ in 0..<5 {
            harness.clock.advance(by: .minutes(10))
            try await harness.visit(browser) { #expect($0.subject == "ada") }
        }
        harness.clock.advance(by: .minutes(10))
        try await harness.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("reading sets no cookie until a share of the idle limit has passed, and a passive request never does")
    func touches() async throws {
        let harness = try SealedHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let early = try await harness.visit(browser) { #expect($0[.views] == 1) }
        #expect(early[.setCookie] == nil)
        harness.clock.advance(by: .minutes(10))
        let passive = try await harness.visit(browser, isPassive: true) { #expect($0[.views] == 1) }
        #expect(passive[.setCookie] == nil)
        let late = try await harness.visit(browser)
        #expect(late[values: .setCookie].count == 1)
    }

    @Test("a large session is spread over cookies, and shrinks again")
    func large() async throws {
        let harness = try SealedHarness()
        let browser = harness.browser()
        let response = try await harness.visit(browser) { $0[.theme] = String(repeating: "x", count: 4_000) }
        #expect(response[values: .setCookie].count == 2)
        try await harness.visit(browser) { #expect($0[.theme]?.count == 4_000) }
        try await harness.visit(browser) { $0[.theme] = "dark" }
        #expect(browser.cookies.map(\.name) == ["__Host-session"])
        try await harness.visit(browser) { #expect($0[.theme] == "dark") }
        try await harness.visit(browser) { $0[.theme] = String(repeating: "x", count: 4_000) }
        try await harness.visit(browser) { try await $0.destroy() }
        #expect(browser.cookies.isEmpty)
    }

    @Test(
        "a session that is too large is an error when it is kept, and names the size, the limit and the largest value")
    func tooLarge() async throws {
        let harness = try SealedHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let session = try await harness.open(browser)
        session[.theme] = String(repeating: "x", count: 6_000)
        let error = await #expect(throws: SessionError.self) { try await session.save() }
        #expect(error?.code == .valuesTooLarge)
        let message = error?.message ?? ""
        #expect(message.contains("the limit, of 2 cookies, is 7568"))
        #expect(message.contains("The largest value is \"theme\" with 600"))
        session.discardChanges()
        try await harness.close(session, browser)
        try await harness.visit(browser) { #expect($0[.views] == 1) }
    }

    @Test("what is kept in the cookie cannot be saved when the response has begun, and says so")
    func streamed() async throws {
        let harness = try SealedHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let session = try await harness.open(browser)
        try await harness.close(session, browser)
        session[.views] += 1
        for operation: @Sendable (Session) async throws -> Void in [{ try await $0.save() }, { try await $0.touch() }] {
            let error = await #expect(throws: SessionError.self) { try await operation(session) }
            #expect(error?.code == .responseStarted)
        }
    }

    @Test("a new secret is a new name: the cookie from before opens nothing")
    func renewed() async throws {
        let harness = try SealedHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let old = browser.copy(in: harness)
        try await harness.visit(browser) { try await $0.renew() }
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        try await harness.visit(old) { #expect($0.subject == nil) }
    }

    @Test("a number of cookies that no browser sends is refused at the start")
    func refusedCount() {
        for count in [-1, 0, 5, Int.max] {
            let error = #expect(throws: SessionError.self) { _ = try SealedHarness(maximumCookies: count) }
            #expect(error?.message.contains("takes 1 to 4 cookies (maximumCookies is \(count))") == true)
        }
    }
}
