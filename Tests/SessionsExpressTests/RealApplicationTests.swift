//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsExpress

/// What real applications with express-session and connect-redis do, and the examples of its documentation do not.
@Suite("Sessions of real Express applications")
struct RealApplicationTests {
    private static let id = SharedSessionTests.id

    /// A session with a maxAge of an hour, whose text says that it ends at some time, and whose key lives for another.
    private func set(_ harness: ExpressHarness, expires: SessionInstant, life: Duration, _ members: String = "") {
        let cookie = #""cookie":{"originalMaxAge":3600000,"expires":"\#(expires)","httpOnly":true,"path":"/"}"#
        harness.records.set("sess:\(Self.id)", Array("{\(cookie)\(members)}".utf8), .after(life), now: harness.now)
    }

    @Test("E1: the life of the key is what counts, so that a rolling session whose text ended long ago goes on here")
    func rolling() async throws {
        let harness = try ExpressHarness()
        self.set(harness, expires: harness.now - .minutes(10), life: .hours(1), #","userId":"ada""#)
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(try await harness.remaining(Self.id) == .hours(1))
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            try await session.setDeviceLabel("Desk")
            try await session.setCookie(.init(priority: .high))
        }
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            session[.views] = 1
        }
        #expect(try await harness.text(Self.id)?.contains(#""views":1"#) == true)
        harness.clock.advance(by: .minutes(59))
        try await harness.visit(browser) { #expect($0.subject == "ada" && $0[.views] == 1) }
    }

    @Test("E2: what a slow request of Express writes back after a logout is removed for as long as it could live")
    func writtenBack() async throws {
        let harness = try ExpressHarness()
        for (life, passed) in [(Duration.days(1), Duration.hours(23)), (.days(1), .seconds(30))] {
            harness.express(Self.id, #","userId":"ada""#, life: .after(life))
            let text = try #require(try await harness.text(Self.id))
            try await harness.visit(harness.browser(of: Self.id)) { try await $0.logOut() }
            harness.clock.advance(by: passed)
            harness.records.set("sess:\(Self.id)", Array(text.utf8), .after(life), now: harness.now)
            // Later than the tombstone it is a visitor's like any other, who can have a new session.
            let browser = harness.browser(of: Self.id)
            try await harness.visit(browser) { session in
                #expect(session.subject == nil)
                if passed > .minutes(1) { session[.views] = 1 }
            }
            #expect(try await harness.text(Self.id) == nil)
            if passed > .minutes(1) { #expect(harness.id(in: browser) != Self.id) }
            harness.clock.advance(by: .days(2))
        }
    }

    @Test("E3: a login at Express at an unknown time is not a recent one, and one that is proven here is")
    func unknownLogin() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","userId":"ada""#)
        let browser = harness.browser(of: Self.id)
        for _ in 0..<2 {
            try await harness.visit(browser) { session in
                #expect(session.subject == "ada")
                let error = #expect(throws: SessionError.self) { try session.requireAuthentication(within: .days(365)) }
                #expect(error?.code == .authenticationTooOld)
            }
        }
        try await harness.visit(browser) { try await $0.reauthenticate() }
        try await harness.visit(browser) { try $0.requireAuthentication(within: .minutes(1)) }
    }

    @Test("E3: the time of one user's login says nothing of another who logs in over it at Express")
    func anotherLogin() async throws {
        let harness = try ExpressHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("alan") }
        let id = try #require(harness.id(in: browser))
        let text = try #require(try await harness.text(id)).replacing(#""userId":"alan""#, with: #""userId":"ada""#)
        harness.records.set("sess:\(id)", Array(text.utf8), .after(.days(1)), now: harness.now)
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            #expect(throws: SessionError.self) { try session.requireAuthentication(within: .hours(1)) }
        }
    }

    @Test("E4: the absolute limit counts from the login, or from when it was first seen, and not from a visit before")
    func absoluteLimit() async throws {
        let harness = try ExpressHarness { configuration, _ in configuration.limits.idle = nil }
        harness.express(Self.id, "")
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser)
        harness.clock.advance(by: .hours(7))
        // Express logs in without another id, and leaves what it does not know.
        let text = try #require(try await harness.text(Self.id)).dropLast() + #","userId":"ada"}"#
        harness.records.set("sess:\(Self.id)", Array(text.utf8), .after(.days(1)), now: harness.now)
        try await harness.visit(browser) { #expect($0.subject == "ada" && $0.absoluteRemaining == .hours(8)) }
        harness.clock.advance(by: .hours(7))
        try await harness.visit(browser) { #expect($0.subject == "ada" && $0.absoluteRemaining == .hours(1)) }
        try await harness.visit(browser) { session in
            try await session.remember()
            #expect(session.absoluteRemaining == .days(30) - .hours(7))
        }
        try await harness.visit(browser) { try await $0.stopRemembering() }
        harness.clock.advance(by: .hours(1))
        try await harness.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("E4: a note that Express copied into another session says nothing of that one")
    func copiedNote() async throws {
        let harness = try ExpressHarness { configuration, _ in configuration.limits.idle = nil }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.clock.advance(by: .hours(7))
        let first = try #require(harness.id(in: browser))
        let text = try #require(try await harness.text(first))
        harness.records.set("sess:\(Self.id)", Array(text.utf8), .after(.days(1)), now: harness.now)
        try await harness.visit(harness.browser(of: Self.id)) { session in
            #expect(session.createdAt == harness.now && session.absoluteRemaining == .hours(8))
            #expect(throws: SessionError.self) { try session.requireAuthentication(within: .days(1)) }
        }
    }

    @Test("E5: a record whose life contradicts the configuration is named in the log, once for each kind")
    func contradictions() async throws {
        let harness = try ExpressHarness()
        for id in ["longer", "longer still"] { harness.express(id, "", life: .after(.days(3))) }
        for id in ["unused", "unused too"] { harness.express(id, "", life: .after(.hours(2))) }
        self.set(harness, expires: harness.now + .minutes(59), life: .minutes(5))
        for id in ["longer", "longer still", "unused", "unused too", Self.id] {
            try await harness.visit(harness.browser(of: id))
        }
        #expect(harness.log.ranges(of: "A record contradicts the configuration").count == 3)
        for words in ["timeToLive the ttl of connect-redis", "less than its cookie says", "new here counts as unused"] {
            #expect(harness.log.contains(words), "\(words)")
        }
        let quiet = try ExpressHarness()
        quiet.express(Self.id, "")
        self.set(quiet, expires: quiet.now + .minutes(50), life: .minutes(50))
        try await quiet.visit(quiet.browser(of: Self.id))
        try await quiet.visit(quiet.browser()) { $0[.views] = 1 }
        #expect(!quiet.log.contains("contradicts"))
    }

    @Test("E6: a login keeps what no value can hold, of the visitor who logs in")
    func login() async throws {
        let harness = try ExpressHarness { $1.subject = .property("user", "id") }
        let members = #","empty":null,"\ud800":7,"views":1,"user":{"id":5,"name":"Ada"}"#
        harness.express(Self.id, members)
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { try await $0.logIn("5") }
        let id = try #require(harness.id(in: browser))
        let text = try #require(try await harness.text(id))
        for part in [#""empty":null"#, #""\ud800":7"#, #""user":{"id":5,"name":"Ada"}"#, #""views":1"#] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(id != Self.id && text.ranges(of: "\"cookie\"").count == 1)
        try await harness.visit(browser) { try await $0.logIn("7") }
        let otherID = try #require(harness.id(in: browser))
        let other = try #require(try await harness.text(otherID))
        for part in ["empty", "ud800", "Ada", "views"] { #expect(!other.contains(part), "\(part)") }
        #expect(other.contains(#""user":{"id":"7"}"#))
        harness.express("fresh 0123456789", members)
        let carrying = harness.browser(of: "fresh 0123456789")
        try await harness.visit(carrying) { try await $0.logIn("5", carrying: .none) }
        let freshID = try #require(harness.id(in: carrying))
        let fresh = try #require(try await harness.text(freshID))
        for part in ["empty", "ud800", "Ada", "views"] { #expect(!fresh.contains(part), "\(part)") }
    }

    @Test(
        "E6: dates of any year are read and written as JavaScript has them",
        arguments: [
            (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
            (8_640_000_000_000_000, "+275760-09-13T00:00:00.000Z"),
            (-8_640_000_000_000_000, "-271821-04-20T00:00:00.000Z"),
            (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (1_000_000_000_000_000, "+033658-09-27T01:46:40.000Z"), (0, "1970-01-01T00:00:00.000Z"),
        ] as [(Int64, String)]
    )
    func dates(milliseconds: Int64, text: String) {
        let instant = SessionInstant(millisecondsSince1970: milliseconds)
        #expect(JavaScriptDate.text(instant) == text)
        #expect(JavaScriptDate.parse(text) == instant)
    }

    @Test("E6: what is no date of JavaScript is none, and a date beyond all of them is the last one")
    func noDates() {
        for text in [
            "+275760-09-13T00:00:00.001Z", "+1-01-01T00:00:00.000Z", "+01000x-01-01T00:00:00.000Z", "+", "-", "",
        ] {
            #expect(JavaScriptDate.parse(text) == nil, "\(text)")
        }
        #expect(JavaScriptDate.text(.distantFuture) == "+275760-09-13T00:00:00.000Z")
        #expect(JavaScriptDate.text(.distantPast) == "-271821-04-20T00:00:00.000Z")
    }
}
