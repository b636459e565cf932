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

@Suite("Logging in", .bothDrivers)
struct LoginTests {
    @Test("a login makes a new id and a new secret, and the old token is no one's (CVE-2022-25896)")
    func newSession() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "dark" }
        let planted = browser.copy(in: harness)
        let before = try #require(browser.token)
        try await harness.visit(browser) { session in
            let id = session.id
            try await session.logIn("ada")
            #expect(session.id != id)
            #expect(session.subject == "ada")
            #expect(session.authenticatedAt == harness.clock.now)
        }
        #expect(browser.token != before)
        try await harness.visit(planted) { session in
            #expect(session.subject == nil)
            #expect(session[.theme] == nil)
        }
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            #expect(session[.theme] == "dark")
        }
        #expect(try await harness.count == 1)
    }

    @Test("values go on as asked")
    func carrying() async throws {
        let harness = try StoredHarness()
        for (carrying, names) in [
            (Session.CarriedValues.all, ["theme", "views"]), (.none, []), (.only("theme", "other"), ["theme"]),
        ] {
            let browser = harness.browser()
            try await harness.visit(browser) { session in
                session[.theme] = "dark"
                session[.views] += 1
            }
            try await harness.visit(browser) { try await $0.logIn("ada", carrying: carrying) }
            try await harness.visit(browser) { #expect($0.names == names) }
        }
    }

    @Test("nothing of one user's session goes on into another's")
    func anotherUser() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            try await session.logIn("ada")
            session[.theme] = "dark"
        }
        try await harness.visit(browser) { try await $0.logIn("alan") }
        try await harness.visit(browser) { session in
            #expect(session.subject == "alan")
            #expect(session.names == [])
        }
    }

    @Test("a request opened before a login writes nothing into the session after it")
    func slowRequestAcrossALogin() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let slow = try await harness.open(browser)
        try await harness.visit(browser) { try await $0.logIn("ada") }
        slow[.theme] = "planted"
        let response = try await harness.close(slow, browser)
        #expect(response[values: .setCookie].isEmpty)
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            #expect(session[.theme] == nil)
            #expect(session[.views] == 1)
        }
    }

    @Test("of two logins at once each has a session of its own, and neither touches the other's")
    func loginRacingLogin() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let (ada, alan) = (browser.copy(in: harness), browser.copy(in: harness))
        let first = try await harness.open(ada)
        let second = try await harness.open(alan)
        try await first.logIn("ada")
        try await second.logIn("alan")
        try await harness.close(first, ada)
        try await harness.close(second, alan)
        try await harness.visit(ada) { #expect($0.subject == "ada") }
        try await harness.visit(alan) { #expect($0.subject == "alan") }
        #expect(ada.token != alan.token)
    }

    @Test("the store knows which sessions a subject has")
    func subjectIndex() async throws {
        let harness = try StoredHarness()
        let browsers = [harness.browser(), harness.browser()]
        for browser in browsers { try await harness.visit(browser) { try await $0.logIn("ada") } }
        #expect(try await harness.memory.sessions(of: "ada", now: harness.clock.now).count == 2)
        try await harness.visit(browsers[0]) { try await $0.logOut() }
        #expect(try await harness.memory.sessions(of: "ada", now: harness.clock.now).count == 1)
    }

    @Test("a subject that is empty or endless is refused", arguments: ["", String(repeating: "x", count: 1025)])
    func badSubject(subject: String) async throws {
        let harness = try StoredHarness()
        let session = try await harness.open(harness.browser())
        let error = await #expect(throws: SessionError.self) { try await session.logIn(subject) }
        #expect(error?.code == .invalidSubject)
        #expect(try await harness.count == 0)
    }

    @Test("a login whose values are too large leaves the session before it as it was")
    func tooLarge() async throws {
        let harness = try StoredHarness { $0.maximumValuesSize = 100 }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let session = try await harness.open(browser)
        session[.theme] = String(repeating: "x", count: 100)
        let error = await #expect(throws: SessionError.self) { try await session.logIn("ada") }
        #expect(error?.code == .valuesTooLarge)
        try await harness.visit(browser) { #expect($0[.views] == 1) }
    }

    @Test("a login begins the absolute limit anew")
    func absoluteLimit() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.clock.advance(by: .minutes(19))
        try await harness.visit(browser) { session in
            try await session.logIn("ada")
            #expect(session.absoluteExpiresAt == harness.clock.now + .hours(8))
        }
    }
}
