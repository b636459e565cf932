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

@Suite("What a handler requires of a login", .bothDrivers)
struct RequirementTests {
    @Test("a user is let through by name, and a visitor is told to log in")
    func authenticated() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            let error = #expect(throws: SessionError.self) { try session.requireAuthenticated() }
            #expect(error?.code == .notAuthenticated)
            #expect(error?.challenges == [])
            session[.views] += 1
            #expect(throws: SessionError.self) { try session.requireAuthenticated() }
            try await session.logIn("ada")
            #expect(try session.requireAuthenticated() == "ada")
            #expect(try session.requireAuthentication(within: .seconds(1)) == "ada")
            try await session.logOut()
            #expect(throws: SessionError.self) { try session.requireAuthenticated() }
        }
    }

    @Test("a login is recent for as long as is said, to the millisecond, and a new authentication makes it so again")
    func recent() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.clock.advance(by: .minutes(5))
        try await harness.visit(browser) { session in
            #expect(try session.requireAuthentication(within: .minutes(5)) == "ada")
            harness.clock.advance(by: .milliseconds(1))
            let error = #expect(throws: SessionError.self) { try session.requireAuthentication(within: .minutes(5)) }
            #expect(error?.code == .authenticationTooOld)
            #expect(error?.message.contains("authenticated 300 seconds ago, and this asks for 300 at the most") == true)
            #expect(try session.requireAuthenticated() == "ada")
            try await session.reauthenticate()
            #expect(try session.requireAuthentication(within: .minutes(5)) == "ada")
        }
    }

    @Test("no age traps, and a clock that was set back makes no one's login old")
    func extremes() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(browser) { session in
            for age in [Duration.seconds(Int64.max), .seconds(Int64.max) + .seconds(Int64.max), .days(Int.max)] {
                let subject = try session.requireAuthentication(within: age)
                #expect(subject == "ada")
            }
            for age in [Duration.zero, .seconds(Int64.min), .seconds(Int64.min) + .seconds(Int64.min), .days(Int.min)] {
                let error = #expect(throws: SessionError.self) { try session.requireAuthentication(within: age) }
                #expect(error?.code == .authenticationTooOld)
                #expect(
                    error?.message.contains("authenticated 60 seconds ago, and this asks for 0 at the most") == true)
            }
        }
        harness.clock.advance(by: .minutes(-10))
        try await harness.visit(browser) { session in
            let subject = try session.requireAuthentication(within: .seconds(1))
            #expect(subject == "ada")
        }
    }

    @Test("while the store does not answer, no user counts as logged out")
    func outage() async throws {
        let harness = try StoredHarness { $0.onStoreFailure = .anonymous }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.store.injectFault(.failing)
        let session = try await harness.open(browser)
        for error in [
            #expect(throws: SessionError.self) { try session.requireAuthenticated() },
            #expect(throws: SessionError.self) { try session.requireAuthentication(within: .minutes(5)) },
        ] {
            #expect(error?.code == .storeUnavailable)
        }
        harness.store.clearFault()
        let other = harness.browser()
        try await harness.visit(other) { session in
            let error = #expect(throws: SessionError.self) { try session.requireAuthenticated() }
            #expect(error?.code == .notAuthenticated)
        }
    }
}
