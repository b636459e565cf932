//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import InMemoryLogging
import Logging
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Renewal", .bothDrivers)
struct RenewalTests {
    @Test("renew makes a new secret for the same session, and the old one opens nothing")
    func renew() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "dark" }
        let old = browser.copy(in: harness)
        let response = try await harness.visit(browser) { session in
            let id = session.id
            try await session.renew()
            #expect(session.id == id)
            session[.views] += 1
        }
        #expect(response[values: .setCookie].count == 1)
        #expect(browser.token != old.token)
        try await harness.visit(old) { #expect($0.id == nil) }
        try await harness.visit(browser) { #expect($0.names == ["theme", "views"]) }
    }

    @Test("renewing nothing is nothing")
    func renewNothing() async throws {
        let harness = try StoredHarness()
        let response = try await harness.visit(harness.browser()) { try await $0.renew() }
        #expect(response[.setCookie] == nil)
        #expect(try await harness.count == 0)
    }

    @Test("what a slow request wrote is kept although the secret was renewed meanwhile, but it sets no cookie")
    func slowRequestAcrossARenewal() async throws {
        let harness = try StoredHarness { $0.resendsCookie = true }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let slow = try await harness.open(browser)
        slow[.theme] = "dark"
        try await harness.visit(browser) { try await $0.renew() }
        let response = try await harness.close(slow, browser)
        #expect(response[.setCookie] == nil)
        try await harness.visit(browser) { #expect($0[.theme] == "dark") }
    }

    @Test("a page of 20 parallel requests during a timed renewal: no one loses the session")
    func parallelRequests() async throws {
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(5)) }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 0 }
        let before = browser.token
        harness.clock.advance(by: .minutes(5))
        var requests: [Session] = []
        for _ in 0..<20 { requests.append(try await harness.open(browser)) }
        var tokens: Set<String> = []
        for request in requests.shuffled() {
            request[.views] += 1
            try await harness.close(request, browser)
            tokens.insert(try #require(browser.token))
        }
        #expect(tokens.count == 1, "all of them hand out the same new secret")
        #expect(browser.token != before)
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(browser) { #expect($0[.views] == 20) }
    }

    @Test("a response that got lost is made up for by the next one within the grace period")
    func lostResponse() async throws {
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(5)) }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.clock.advance(by: .minutes(5))
        try await harness.visit(browser.copy(in: harness))
        harness.clock.advance(by: .seconds(29))
        try await harness.visit(browser) { #expect($0[.views] == 1) }
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(browser) { #expect($0[.views] == 1) }
    }

    @Test("after the grace period the previous secret is refused and reported, and the session goes on")
    func afterTheGrace() async throws {
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(5), grace: .seconds(10)) }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let thief = browser.copy(in: harness)
        harness.clock.advance(by: .minutes(5))
        try await harness.visit(browser)
        harness.clock.advance(by: .seconds(10))
        let response = try await harness.visit(thief) { #expect($0.id == nil) }
        #expect(response[.setCookie] == nil)
        #expect(harness.logs.entries.contains { $0.level == .warning && "\($0.message)".contains("renewal") })
        try await harness.visit(browser) { #expect($0[.views] == 1) }
    }

    @Test("a previous secret after its grace ends the session for everyone, where that is asked for")
    func endingOnReplay() async throws {
        let harness = try StoredHarness {
            $0.renewal = SessionRenewal(after: .minutes(5), grace: .seconds(10))
            $0.onReplayedSecret = .endSession
        }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let thief = browser.copy(in: harness)
        harness.clock.advance(by: .minutes(5))
        try await harness.visit(browser)
        harness.clock.advance(by: .seconds(10))
        let response = try await harness.visit(thief) { #expect(!$0.isAuthenticated) }
        #expect(response[.setCookie] == nil)
        try await harness.visit(browser) { #expect(!$0.isAuthenticated) }
        #expect(try await harness.count == 0)
    }

    @Test("a cookie of a former path that is left over beside the newer one ends nothing")
    func leftOver() async throws {
        let harness = try StoredHarness { configuration in
            configuration.renewal = SessionRenewal(after: .hours(1))
            configuration.onReplayedSecret = .endSession
        }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let former = try #require(browser.token)
        for _ in 0..<5 {
            harness.clock.advance(by: .minutes(15))
            try await harness.visit(browser)
        }
        let newer = try #require(browser.token)
        #expect(newer != former)
        harness.clock.advance(by: .minutes(15))
        for cookies in [
            "__Host-session=\(former); __Host-session=\(newer)", "__Host-session=\(newer); __Host-session=\(former)",
        ] {
            let session = try await harness.open([.cookie: cookies])
            #expect(session.subject == "ada")
        }
        #expect(try await harness.open([.cookie: "__Host-session=\(former)"]).subject == nil)
        #expect(try await harness.open([.cookie: "__Host-session=\(newer)"]).subject == nil, "alone it is a replay")
    }

    @Test("a renewal is due once in its interval")
    func interval() async throws {
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(5)) }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        var tokens: Set<String> = []
        for _ in 0..<20 {
            harness.clock.advance(by: .minutes(1))
            try await harness.visit(browser)
            tokens.insert(try #require(browser.token))
        }
        #expect(tokens.count == 5)
    }
}
