//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import HTTPTypes
import SessionsExpress
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Sessions that are shared with Express")
struct SharedSessionTests {
    static let id = "Q8fo2aBxYz0123456789abcdefghijkl"

    @Test("what Express stored is read by typed keys, and what Swift stores is JSON that Express reads")
    func values() async throws {
        struct Profile: Codable, Sendable, Equatable {
            var name: String
            var since: Date
        }
        let harness = try ExpressHarness()
        harness.express(
            Self.id,
            #","views":41,"theme":"dark","ratio":0.5,"last":"2026-01-31T09:30:00.250Z","#
                + #""profile":{"name":"Ada","since":"1970-01-01T00:00:01.000Z"},"list":[1,2],"nothing":null"#
        )
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { session in
            session[.views] += 1
            #expect(session[.theme] == "dark")
            #expect(session[SessionKey<Double>("ratio", default: 0)] == 0.5)
            let last = SessionKey<Date?>.javaScript("last")
            #expect(session[last] == Date(timeIntervalSince1970: 1_769_851_800.25))
            let profile = SessionKey<Profile?>.javaScript("profile")
            #expect(session[profile] == Profile(name: "Ada", since: Date(timeIntervalSince1970: 1)))
            #expect(session[SessionKey<[Int]>("list", default: [])] == [1, 2])
            #expect(session[SessionKey<String?>("nothing")] == nil)
            session[profile]?.name = "Ada Lovelace"
            session[last] = Date(timeIntervalSince1970: 0.5)
        }
        let text = try #require(try await harness.text(Self.id))
        #expect(text.contains(#""views":42,"theme":"dark","ratio":0.5,"last":"1970-01-01T00:00:00.500Z""#))
        #expect(text.contains(#""profile":{"name":"Ada Lovelace","since":"1970-01-01T00:00:01.000Z"}"#))
        #expect(text.contains(#""list":[1,2],"nothing":null"#))
    }

    @Test("what Swift does not touch stays as it was, byte for byte, whatever it is")
    func untouched() async throws {
        let harness = try ExpressHarness()
        let members =
            #","big":12345678901234567890123,"minus":-0,"half":"\ud83d","nested":{"z":1, "a":[ ]},"when":"#
            + #""2026-01-31T09:30:00.000Z","__proto__":{"x":1},"twice":1,"twice":2,"\udc00":true,"e":1e+21"#
        harness.express(Self.id, members)
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { session in
            // Of another type than it is: read as nothing, and never dropped.
            #expect(session[SessionKey<Int>("when", default: 7)] == 7)
            #expect(session[SessionKey<String?>("half")] == nil)
            session[.theme] = "light"
        }
        let text = try #require(try await harness.text(Self.id))
        #expect(text.hasPrefix("{" + ExpressHarness.cookie + members))
        #expect(text.contains(#""theme":"light""#))
    }

    @Test("a login at Express is known here, as a string or a number, in a property or where Passport has it")
    func loginThere() async throws {
        let cases: [(ExpressSubject, String, String?)] = [
            (.property("userId"), #","userId":"ada""#, "ada"), (.property("userId"), #","userId":42"#, "42"),
            (.passport(), #","passport":{"user":7}"#, "7"), (.property("user", "id"), #","user":{"id":"x"}"#, "x"),
            (.property("userId"), #","userId":null"#, nil), (.property("userId"), #","userId":{"id":1}"#, nil),
            (.property("userId"), #","userId":"""#, nil), (.passport(), #","passport":"ada""#, nil),
        ]
        for (subject, members, expected) in cases {
            let harness = try ExpressHarness { $1.subject = subject }
            harness.express(Self.id, members)
            try await harness.visit(harness.browser(of: Self.id)) { session in
                #expect(session.subject == expected)
                #expect(session.names.isEmpty)
            }
        }
    }

    @Test("a login here is noted where Express looks for it, under a new id, and the old one is gone")
    func loginHere() async throws {
        let harness = try ExpressHarness { $1.subject = .property("user", "id", as: .number) }
        harness.express(Self.id, #","views":3,"user":{"role":"guest"}"#)
        let browser = harness.browser(of: Self.id)
        let attacker = harness.browser(of: Self.id)
        try await harness.visit(browser) { try await $0.logIn("42") }
        let id = try #require(harness.id(in: browser))
        #expect(id != Self.id)
        #expect(id.utf8.count == 32)
        let text = try #require(try await harness.text(id))
        #expect(text.contains(#""user":{"id":42}"#))
        #expect(text.contains(#""views":3"#))
        #expect(try await harness.text(Self.id) == nil)
        try await harness.visit(attacker) { #expect($0.subject == nil) }
    }

    @Test("what Express destroys is gone here, and a slow request here cannot bring it back")
    func endedThere() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":1"#)
        let browser = harness.browser(of: Self.id)
        let slow = try await harness.open(browser)
        slow[.views] += 1
        _ = try await harness.records.end(
            "sess:\(Self.id)", tombstoneUntil: harness.now, removedUntil: harness.now, now: harness.now)
        let response = try await harness.close(slow, browser)
        #expect(response[.setCookie] == nil)
        #expect(try await harness.text(Self.id) == nil)
    }

    @Test("what is ended here stays ended, though a slow request of Express writes it back")
    func endedHere() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","userId":"ada""#)
        let browser = harness.browser(of: Self.id)
        let copy = harness.browser(of: Self.id)
        try await harness.visit(browser) { try await $0.logOut() }
        #expect(browser.cookie(named: "connect.sid") == nil)
        harness.express(Self.id, #","userId":"ada""#)
        try await harness.visit(copy) { #expect($0.subject == nil) }
        #expect(try await harness.text(Self.id) == nil)
    }

    @Test("of changes at once none is lost: those of Express between our reading and our writing stay")
    func conflicts() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":1,"theme":"dark""#)
        let browser = harness.browser(of: Self.id)
        let slow = try await harness.open(browser)
        slow[.views] += 10
        harness.express(Self.id, #","views":5,"theme":"light","new":true"#)
        try await harness.close(slow, browser)
        let text = try #require(try await harness.text(Self.id))
        #expect(text.contains(#""views":15,"theme":"light","new":true"#))
    }

    @Test("two requests that count up from the same number, and so write the same text, count two")
    func countingAlike() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":0"#)
        let browser = harness.browser(of: Self.id)
        // Until Swift has seen the session once, its first write is more than the number.
        try await harness.visit(browser) { $0[.views] += 1 }
        let requests = [try await harness.open(browser), try await harness.open(browser)]
        for request in requests { request[.views] += 1 }
        for request in requests { try await harness.close(request, browser) }
        let text = try await harness.text(Self.id)
        #expect(text?.contains(#""views":3"#) == true, "\(text ?? "nothing")")
    }

    @Test("64 requests at once count exactly, beside each other")
    func counting() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":0"#)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    let browser = harness.browser(of: Self.id)
                    for _ in 0..<10 { try await harness.visit(browser) { $0[.views] += 1 } }
                }
            }
            try await group.waitForAll()
        }
        let text = try await harness.text(Self.id)
        #expect(text?.contains(#""views":640"#) == true, "\(text ?? "nothing")")
    }

    @Test("a request from before a change of the user writes nothing after it")
    func otherUser() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","userId":"ada","views":1"#)
        let browser = harness.browser(of: Self.id)
        let slow = try await harness.open(browser)
        slow[.views] += 1
        harness.express(Self.id, #","userId":"eve","views":7"#)
        try await harness.close(slow, browser)
        #expect(try await harness.text(Self.id)?.contains(#""views":7"#) == true)
    }

    @Test("no client chooses an id: unsigned, forged and unknown ones are strangers, who are given another")
    func strictness() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":1"#)
        let forged = ExpressHarness.cookieValue("s:" + (try ExpressSecrets("another of the secrets")).sign(Self.id))
        let unknown = "chosen-by-the-client-0123456789ab"
        let signed = ExpressHarness.cookieValue("s:" + harness.secrets.sign(unknown))
        for value in [Self.id, "s:\(Self.id)", forged, signed, "s%3A", "%", "j%3A%7B%7D", "", "s%3A."] {
            let browser = harness.browser(planted: value)
            try await harness.visit(browser) { session in
                #expect(session.id == nil)
                session[.views] = 9
            }
            let id = harness.id(in: browser)
            #expect(id != nil && id != Self.id && id != unknown)
        }
        #expect(try await harness.text(Self.id)?.contains(#""views":1"#) == true)
    }

    @Test("the token against forged requests is the session's own, and changes with its id")
    func forgeries() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","userId":"ada""#)
        harness.express("another-session-0123456789abcdef", "")
        let browser = harness.browser(of: Self.id)
        var token = ""
        try await harness.visit(browser) { token = try await $0.ensureCSRFToken() }
        try await harness.visit(browser) { session in
            let isAccepted = try session.acceptsCSRFToken(Array(token.utf8))
            #expect(isAccepted)
            try await session.renew()
            let isStillAccepted = try session.acceptsCSRFToken(Array(token.utf8))
            #expect(!isStillAccepted)
        }
        try await harness.visit(harness.browser(of: "another-session-0123456789abcdef")) { session in
            let isAccepted = try session.acceptsCSRFToken(Array(token.utf8))
            #expect(!isAccepted)
        }
    }

    @Test("no Express id is logged or printed, and lists show another name that leads back to none")
    func redaction() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","userId":"ada""#)
        var printed = ""
        try await harness.visit(harness.browser(of: Self.id)) { session in
            session[.views] += 1
            try await session.save()
            print(session.id as Any, session.activeSession as Any, to: &printed)
            dump(session.id, to: &printed)
            #expect(session.token == nil)
            #expect(session.bearerToken == nil)
            try await session.reauthenticate()
            try await session.logOut()
        }
        let ids = try await harness.records.ids(now: harness.clock.now)
        #expect("\(harness.log) \(printed) \(ids)".contains(Self.id) == false)
        #expect(printed.isEmpty == false)
    }

    @Test("attributes of a cookie that Express keeps say nothing but themselves in ours")
    func hostileAttributes() async throws {
        let harness = try ExpressHarness()
        let cookie = #"""
            "cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"sameSite":"strict",\
            "path":"/; Domain=evil.example; SameSite=None","domain":"evil.example\r\nX-Injected: 1"}
            """#.replacing("\\\n", with: "")
        harness.records.set("sess:\(Self.id)", Array("{\(cookie)}".utf8), .after(.days(1)), now: harness.now)
        let browser = harness.browser(of: Self.id)
        let renewed = try await harness.visit(browser) { try await $0.renew() }
        #expect(renewed[.setCookie]?.hasSuffix("; Path=/; Secure; HttpOnly; SameSite=Strict; Priority=High") == true)
        let cleared = try await harness.visit(browser) { try await $0.destroy() }
        #expect(cleared[.setCookie]?.hasSuffix("; Path=/; Secure; HttpOnly; SameSite=Strict; Priority=High") == true)
        #expect(cleared[values: .setCookie].count == 1)
    }
}
