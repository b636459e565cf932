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

@Suite("Login throttling", .bothDrivers)
struct LoginThrottleTests {
    @Test("five attempts need no wait, and then each doubles it, up to a quarter of an hour")
    func delays() async throws {
        let harness = try ThrottleHarness()
        for _ in 0..<5 { #expect(try await harness.attempt("ada") == nil) }
        for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
            #expect(try await harness.attempt("ada") == .seconds(wait))
            harness.harness.clock.advance(by: .seconds(wait) - .milliseconds(1))
            #expect(try await harness.attempt("ada") == .seconds(1), "one millisecond, rounded up")
            harness.harness.clock.advance(by: .milliseconds(1))
            #expect(try await harness.attempt("ada") == nil)
        }
    }

    @Test("a refused attempt is not counted, so no one prolongs a wait")
    func refusedAttempts() async throws {
        let harness = try ThrottleHarness()
        for _ in 0..<6 { try await harness.attempt("ada") }
        for _ in 0..<100 { #expect(try await harness.attempt("ada") == .seconds(1)) }
        harness.harness.clock.advance(by: .seconds(1))
        #expect(try await harness.attempt("ada") == nil)
    }

    @Test("an attempt is forgotten in an hour, and all of them leave nothing in the store")
    func forgetting() async throws {
        let harness = try ThrottleHarness()
        for _ in 0..<5 { try await harness.attempt("ada") }
        harness.harness.clock.advance(by: .minutes(60))
        #expect(try await harness.attempt("ada") == nil)
        #expect(try await harness.attempt("ada") == .seconds(1))
        harness.harness.clock.advance(by: .hours(5) + .seconds(1))
        #expect(try await harness.harness.count == 0)
        for _ in 0..<5 { #expect(try await harness.attempt("ada") == nil) }
    }

    @Test("the right password lets the next attempts from there begin anew")
    func success() async throws {
        let harness = try ThrottleHarness()
        for _ in 0..<4 { try await harness.attempt("ada") }
        #expect(try await harness.attempt("ada", right: true) == nil)
        for _ in 0..<5 { #expect(try await harness.attempt("ada") == nil) }
        #expect(try await harness.attempt("ada") == .seconds(1))
        harness.harness.clock.advance(by: .seconds(1))
        #expect(try await harness.attempt("ada", right: true) == nil)
        for _ in 0..<5 { #expect(try await harness.attempt("ada") == nil) }
    }

    @Test("a login of the attacker's own account clears nothing of what the network has tried")
    func ownAccount() async throws {
        let harness = try ThrottleHarness()
        var guesses = 0
        for number in 0..<60 {
            try await harness.attempt("eve", right: true)
            if try await harness.attempt("user \(number)") == nil { guesses += 1 }
        }
        #expect(guesses == 30)
    }

    @Test("a network has 30 attempts, whatever users it names, and other networks are not delayed")
    func network() async throws {
        let harness = try ThrottleHarness()
        for number in 0..<30 { #expect(try await harness.attempt("user \(number)") == nil) }
        #expect(try await harness.attempt("ada") == .seconds(1))
        #expect(try await harness.attempt("ada", from: "192.0.2.2") == nil)
        harness.harness.clock.advance(by: .minutes(30))
        #expect(try await harness.attempt("ada") == nil)
    }

    @Test("an IPv6 address belongs to its /64 network, and clients without an address share one")
    func networks() async throws {
        let harness = try ThrottleHarness()
        for number in 0..<30 { try await harness.attempt("user \(number)", from: "2001:db8:0:1::\(number)") }
        #expect(try await harness.attempt("ada", from: "2001:db8:0:1:ffff::1") == .seconds(1))
        #expect(try await harness.attempt("ada", from: "2001:db8:0:2::1") == nil)
        for number in 0..<30 { try await harness.attempt("user \(number)", from: nil) }
        #expect(try await harness.attempt("ada", from: "no address") == .seconds(1))
    }

    @Test("whatever an attacker elsewhere does, a user is let in from a network of an earlier login")
    func knownNetwork() async throws {
        let harness = try ThrottleHarness()
        try await harness.attempt("ada", right: true, from: "192.0.2.1")
        for number in 0..<200 {
            try await harness.attempt("ada", from: "198.51.100.\(number)")
            harness.harness.clock.advance(by: .minutes(1))
        }
        try await harness.attempt("ada", from: "198.51.100.201")
        #expect(try await harness.attempt("ada", from: "203.0.113.1") != nil)
        for _ in 0..<5 { #expect(try await harness.attempt("ada", from: "192.0.2.1") == nil, "the user's own typos") }
        #expect(try await harness.attempt("ada", from: "192.0.2.1") == .seconds(1))
        harness.harness.clock.advance(by: .seconds(1))
        #expect(try await harness.attempt("ada", right: true, from: "192.0.2.1") == nil)
        // The user's login gives the attacker no more attempts.
        #expect(try await harness.attempt("ada", from: "198.51.100.250") != nil)
    }

    @Test("from a new network, a user waits a quarter of an hour at most, and not at all with another proof")
    func newNetwork() async throws {
        let harness = try ThrottleHarness()
        for number in 0..<500 { try await harness.attempt("ada", from: "198.51.100.\(number % 250)") }
        for _ in 0..<20 {
            harness.harness.clock.advance(by: .minutes(15))
            #expect(try await harness.attempt("ada", from: "198.51.100.1") == nil)
        }
        #expect(try await harness.attempt("ada", right: true, from: "203.0.113.1") == .minutes(15))
        // A link in an e-mail, for example.
        try await harness.harness.visit(
            harness.harness.browser(), from: SessionClient(address: "203.0.113.1", userAgent: nil)
        ) { try await harness.throttle.admit("ada", in: $0) }
        #expect(try await harness.attempt("ada", right: true, from: "203.0.113.1") == nil)
    }

    @Test("a device that is known is delayed neither by attackers in its network nor by its network")
    func knownDevice() async throws {
        let harness = try ThrottleHarness(withDevices: true)
        let browser = harness.harness.browser()
        // The first login gives the browser its cookie, and the second one notes it.
        for _ in 0..<2 { try await harness.attempt("ada", right: true, browser) }
        for _ in 0..<5 { try await harness.attempt("ada") }
        for number in 0..<40 { try await harness.attempt("user \(number)") }
        #expect(try await harness.attempt("ada") != nil)
        #expect(try await harness.attempt("ada", browser) == nil)
        #expect(try await harness.attempt("alan", browser) != nil, "another user of the same device")
        // A thief of the cookie has no more attempts than anyone.
        for _ in 0..<4 { #expect(try await harness.attempt("ada", browser) == nil) }
        #expect(try await harness.attempt("ada", browser) == .seconds(1))
    }

    @Test("a place is known for 90 days after the last login from it, and at most 16 are")
    func placeLifetime() async throws {
        let harness = try ThrottleHarness()
        try await harness.attempt("ada", right: true, from: "192.0.2.1")
        harness.harness.clock.advance(by: .days(90) - .milliseconds(1))
        for number in 0..<6 { try await harness.attempt("ada", from: "198.51.100.\(number)") }
        #expect(try await harness.attempt("ada", from: "192.0.2.1") == nil)
        harness.harness.clock.advance(by: .milliseconds(2))
        #expect(try await harness.attempt("ada", from: "192.0.2.1") != nil)

        var attempts = SubjectAttempts()
        for number in 0..<40 {
            attempts.remember(["\(number)"], now: SessionInstant(millisecondsSince1970: Int64(number)))
        }
        #expect(attempts.places.map(\.key) == (24..<40).map { "\($0)" })
    }

    @Test("a clock that is set back lengthens no wait beyond a quarter of an hour")
    func clockSetBack() async throws {
        let harness = try ThrottleHarness()
        for _ in 0..<6 { try await harness.attempt("ada") }
        harness.harness.clock.advance(by: .seconds(-600))
        #expect(try await harness.attempt("ada") == .seconds(1))
        harness.harness.clock.advance(by: .days(-1))
        #expect(try await harness.attempt("ada") == nil)
        #expect(try await harness.attempt("ada") == .seconds(2), "what was counted is not forgotten")
    }

    @Test(
        "any numbers that a damaged store contains let a user try again after a quarter of an hour",
        arguments: [Int64.min, -1, 0, 1_000, .max], [Int64.min, 0, .max])
    func damagedCounts(level: Int64, time: Int64) async throws {
        let harness = try ThrottleHarness()
        let counter = #"{"n":\#(level),"t":\#(time)}"#
        let state = #"{"o":\#(counter),"p":[{"k":"x","t":\#(time),"c":\#(counter)}],"f":\#(level)}"#
        let (store, configuration) = (harness.harness.store, harness.harness.engine.configuration)
        for (kind, name, text) in [
            ("login attempts", "ada", state), ("login networks", LoginThrottle.networkName(of: "192.0.2.1"), counter),
        ] {
            try await NamedRecords(kind, in: store, configuration: configuration).update(name) { _, now in
                (NamedRecords.State(SessionValues(["state": .json(text.utf8)]), until: now + .days(1)), ())
            }
        }
        try await harness.attempt("ada")
        harness.harness.clock.advance(by: .minutes(15))
        #expect(try await harness.attempt("ada") == nil)
        harness.harness.clock.advance(by: .minutes(15))
        #expect((1...1_000_000).contains(try await harness.throttle.begin("ada", from: nil).consecutiveFailures))
    }

    @Test("servers with one store count together: attempts, waits and known networks")
    func servers() async throws {
        let harness = try ThrottleHarness()
        let other = try harness.otherServer()
        for number in 0..<5 {
            #expect(try await harness.attempt("ada", on: number % 2 == 0 ? other : nil) == nil)
        }
        #expect(try await harness.attempt("ada") == .seconds(1))
        #expect(try await harness.attempt("ada", on: other) == .seconds(1))
        harness.harness.clock.advance(by: .seconds(1))
        #expect(try await harness.attempt("ada", right: true) == nil)
        #expect(try await other.begin("ada", from: "192.0.2.1").isFromKnownPlace)
    }

    @Test("32 attempts at once on two servers count exactly: 5 are let through, and of 100 free ones all 32")
    func parallel() async throws {
        let harness = try ThrottleHarness()
        let configuration = harness.harness.engine.configuration
        for (subject, free) in [("ada", 5), ("alan", 100)] {
            var limit = LoginThrottle.Limit.subject
            limit.freeAttempts = free
            var network = LoginThrottle.Limit.network
            network.freeAttempts = 1_000
            let servers = try (0..<2).map { _ in
                try LoginThrottle(
                    in: harness.harness.memory, subjectLimit: limit, networkLimit: network,
                    configuration: configuration)
            }
            let counts = try await withThrowingTaskGroup(of: Int?.self) { group in
                for number in 0..<32 {
                    group.addTask {
                        do {
                            return try await servers[number % 2].begin(subject, from: "192.0.2.1").consecutiveFailures
                        } catch let error as SessionError where error.code == .tooManyAttempts {
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
            }
            #expect(counts.sorted() == Array(1...min(free, 32)))
        }
    }

    @Test("attempts in a row are counted until one succeeds, for a password that must be reset after 100")
    func consecutiveFailures() async throws {
        let harness = try ThrottleHarness()
        var counts: [Int] = []
        for isRight in [false, false, true, false] {
            let attempt = try await harness.throttle.begin("ada", from: "192.0.2.1")
            counts.append(attempt.consecutiveFailures)
            if isRight { try await attempt.succeed() }
        }
        #expect(counts == [1, 2, 3, 1])
    }

    @Test("a refused attempt is an event with its user, and the log does not name the user")
    func events() async throws {
        let harness = try ThrottleHarness()
        for _ in 0..<6 { try await harness.attempt("Ada Lovelace") }
        let refusals = harness.events.take().filter { $0.kind == .refused }
        #expect(refusals.map(\.reason) == [.tooManyAttempts] && refusals.first?.subject == "Ada Lovelace")
        #expect(harness.harness.log.contains("too_many_attempts") && !harness.harness.log.contains("Lovelace"))
    }

    @Test("while the store is down, no password is checked")
    func outage() async throws {
        let harness = try ThrottleHarness()
        harness.harness.store.injectFault(.failing)
        let error = await #expect(throws: SessionError.self) {
            try await harness.throttle.begin("ada", from: "192.0.2.1")
        }
        #expect(error?.code == .storeUnavailable)
    }

    @Test("a user who is forgotten can try at once, and what is counted is in no list and outlives all sessions")
    func records() async throws {
        let harness = try ThrottleHarness()
        for _ in 0..<6 { try await harness.attempt("ada") }
        let engine = harness.harness.engine
        #expect(try await engine.activeSessions(of: "ada").isEmpty)
        try await engine.revokeEverything()
        #expect(try await harness.attempt("ada") == .seconds(1))
        try await harness.throttle.forget(subject: "ada")
        harness.harness.clock.advance(by: .milliseconds(1))
        #expect(try await harness.attempt("ada") == nil)
        try await harness.throttle.forget(subject: "unknown")
    }

    @Test("any name that a client sends is counted, and an event has no more than 1,024 bytes of it")
    func hostileNames() async throws {
        let harness = try ThrottleHarness()
        for name in ["", "\u{0}swift-sessions ", String(repeating: "x", count: 100_000)] {
            for _ in 0..<5 { #expect(try await harness.attempt(name) == nil) }
            #expect(try await harness.attempt(name) == .seconds(1))
        }
        #expect(harness.events.take().allSatisfy { $0.subject?.utf8.count ?? 0 <= 1_024 })
    }

    @Test("limits that cannot be kept are refused, each with what to give")
    func configuration() {
        let limit = LoginThrottle.Limit(
            freeAttempts: 0, firstDelay: .seconds(2), maximumDelay: .seconds(1), recovery: .zero)
        let error = #expect(throws: SessionError.self) {
            try LoginThrottle(subjectLimit: limit, placeLifetime: .seconds(1))
        }
        for part in ["freeAttempts", "firstDelay", "recovery", "placeLifetime"] {
            #expect(error?.message.contains(part) == true)
        }
        var long = LoginThrottle.Limit.network
        long.maximumDelay = .seconds(90_000)
        #expect(throws: SessionError.self) { try LoginThrottle(networkLimit: long) }
        #expect((try? LoginThrottle())?.description == "LoginThrottle")
    }
}
