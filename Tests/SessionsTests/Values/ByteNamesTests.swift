//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// `String` takes these two spellings of one word for the same; as bytes they differ.
private let composed = "caf\u{E9}"
private let decomposed = "cafe\u{301}"

@Suite("Names are bytes", .bothDrivers)
struct ByteNamesTests {
    private func key(_ name: String) -> SessionKey<String?> { SessionKey(name) }

    @Test("values whose names differ in normalization alone are two values, however many there are and are read")
    func values() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            for number in 0..<20 { session[self.key("n\(number)")] = "\(number)" }
            session[self.key(composed)] = "one"
            #expect(session[self.key(decomposed)] == nil)
            session[self.key(decomposed)] = "two"
            #expect(session[self.key(composed)] == "one" && session[self.key(decomposed)] == "two")
        }
        try await harness.visit(browser) { session in
            // More lookups than are made before an index of the names is.
            for _ in 0..<40 {
                #expect(session[self.key(composed)] == "one" && session[self.key(decomposed)] == "two")
            }
            #expect(session.values.count == 22)
            session.remove(named: composed)
            #expect(session[self.key(composed)] == nil && session[self.key(decomposed)] == "two")
        }
        try await harness.visit(browser) { session in
            #expect(session[self.key(composed)] == nil && session[self.key(decomposed)] == "two")
            session[self.key(composed)] = "again"
        }
        try await harness.visit(browser) { session in
            #expect(session[self.key(composed)] == "again" && session[self.key(decomposed)] == "two")
        }
    }

    @Test("a change of one name is not taken back, nor made, with that of the other")
    func changes() throws {
        var changes = SessionChanges()
        changes.record(.replacement(.integer(1)), of: composed)
        #expect(changes.takeChange(of: decomposed) == nil)
        if case .changed = changes.outcome(of: decomposed) { Issue.record("the other name was not changed") }
        changes.record(.replacement(.integer(2)), of: decomposed)
        #expect(try changes.apply(to: SessionValues()).count == 2)
        #expect(changes.takeChange(of: decomposed)?.result == .integer(2))
        #expect(try changes.apply(to: SessionValues()).names.map { ByteString($0) } == [ByteString(composed)])
    }

    @Test("a login carries the value that is named, and not the one whose name is spelled otherwise")
    func carried() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[self.key(composed)] = "one"
            session[self.key(decomposed)] = "two"
            try await session.logIn("ada", carrying: .only(decomposed))
            #expect(session[self.key(composed)] == nil && session[self.key(decomposed)] == "two")
        }
    }

    @Test("a text that is spelled otherwise is another value: an assignment through a key is a change")
    func texts() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        func set(_ text: inout String?, to new: String) { text = new }
        try await harness.visit(browser) { $0[.theme] = composed }
        try await harness.visit(browser) { set(&$0[.theme], to: decomposed) }
        try await harness.visit(browser) { session in
            #expect(session[.theme]?.hasSameBytes(as: decomposed) == true)
        }
        #expect(SessionValue.string(composed) != .string(decomposed))
        #expect(SessionValues([(name: "a", value: .string(composed))]) != SessionValues(["a": .string(decomposed)]))
    }

    @Test("users whose names differ in normalization alone are two users, from the login to the last ending")
    func subjects() async throws {
        let harness = try StoredHarness()
        let (first, second) = (harness.browser(), harness.browser())
        try await harness.visit(first) { session in
            session[.theme] = "dark"
            try await session.logIn(composed)
        }
        try await harness.visit(second) { try await $0.logIn(decomposed) }
        try await harness.visit(first) { session in
            #expect(session.isLoggedIn(as: composed) && !session.isLoggedIn(as: decomposed))
            let count = try await session.activeSessions().count
            #expect(count == 1)
        }
        #expect(try await harness.engine.activeSessions(of: decomposed).count == 1)
        // A login of the other name is a login of another user, who gets none of the values.
        try await harness.visit(first) { session in
            try await session.logIn(decomposed)
            #expect(session[.theme] == nil)
        }
        #expect(try await harness.engine.activeSessions(of: composed).isEmpty)
        try await harness.engine.revokeAll(of: composed)
        try await harness.visit(second) { #expect($0.isLoggedIn(as: decomposed)) }
        try await harness.engine.revokeAll(of: decomposed)
        try await harness.visit(second) { #expect(!$0.isAuthenticated) }
    }

    @Test("records, events, clients, messages and kinds are equal when their bytes are")
    func equality() {
        let samples = SampleRecords()
        let record = samples.record(subject: composed)
        var other = record
        other.subject = decomposed
        #expect(other != record && !other.hasSameSubject(as: record) && !other.belongs(to: composed))
        other.subject = composed
        #expect(other == record)
        #expect(
            SessionEvent(.loggedIn, subject: composed, time: samples.now)
                != SessionEvent(.loggedIn, subject: decomposed, time: samples.now))
        #expect(SessionClient(address: nil, userAgent: composed) != SessionClient(address: nil, userAgent: decomposed))
        #expect(FlashMessage(composed) != FlashMessage(decomposed))
        #expect(FlashMessage.Kind(composed) != FlashMessage.Kind(decomposed))
        #expect(SessionTransportKind(composed) != SessionTransportKind(decomposed))
        #expect(Set([ByteString(composed), ByteString(decomposed), ByteString(composed)]).count == 2)
        #expect(ByteString(decomposed) < ByteString(composed))
    }
}
