//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import SessionsExpress
import SessionsTesting
import Synchronization
import TestSupport
import Testing

@testable import Sessions

/// What becomes of each law where the other side does not know it.
@Suite("Laws of sessions that are shared with Express")
struct SharedLawTests {
    static let id = SharedSessionTests.id

    @Test("law 2: a visitor of whom nothing is remembered leaves no record of Express, and gets no cookie")
    func emptySession() async throws {
        let harness = try ExpressHarness()
        let response = try await harness.visit(harness.browser()) { #expect($0[.views] == 0) }
        #expect(response.isEmpty == false)
        #expect(response[values: .setCookie].isEmpty)
        #expect(try await harness.records.count(now: harness.now) == 0)
    }

    @Test("law 4: what Express writes whole takes what was set here while it worked, and only that is lost")
    func overwriting() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","views":1"#)
        let browser = harness.browser(of: Self.id)
        // A request of Express begins, and has read one view.
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.express(Self.id, #","views":1,"theme":"dark""#)
        try await harness.visit(browser) { session in
            #expect(session[.views] == 1)
            session[.views] += 1
        }
        #expect(try await harness.text(Self.id)?.contains(#""views":2,"theme":"dark""#) == true)
    }

    @Test("handshakes are refused, and nothing is written")
    func handshakes() async throws {
        let harness = try ExpressHarness()
        let kind = HandshakeKey<String>("oauth")
        let response = try await harness.visit(harness.browser()) { session in
            await #expect { _ = try await session.begin(kind, "flow", for: .seconds(60)) } throws: {
                ($0 as? SessionError)?.code == .notOffered && "\($0)".contains(".stored(in:)")
            }
            await #expect { _ = try await session.finish(kind, "state") } throws: {
                ($0 as? SessionError)?.code == .notOffered
            }
        }
        #expect(response[values: .setCookie].isEmpty)
        #expect(try await harness.records.count(now: harness.now) == 0)
    }

    @Test("an administrator cannot act as another user, which the engine says when it is made")
    func impersonation() async throws {
        #expect {
            _ = try ExpressHarness { configuration, _ in configuration.allowsImpersonation = { _ in true } }
        } throws: {
            ($0 as? SessionError)?.code == .configuration && "\($0)".contains("allowsImpersonation")
        }
        let session = try await ExpressHarness().open([:])
        await #expect { try await session.act(as: "bob", reason: "x", for: .seconds(60)) } throws: {
            ($0 as? SessionError)?.code == .notOffered
        }
    }

    @Test("law 6: all sessions of a user end at once on both sides, wherever they began, and no one else's")
    func allOfUser() async throws {
        let harness = try ExpressHarness { $1.subject = .passport() }
        let here = harness.browser()
        try await harness.visit(here) { try await $0.logIn("42") }
        harness.express(Self.id, #","passport":{"user":42}"#)
        harness.express("of another", #","passport":{"user":"421"}"#)
        harness.express("anonymous", #","passport":{}"#)
        harness.records.set("sess:no session", Array("42".utf8), .never, now: harness.now)
        let slow = try await harness.open(here)
        slow[.views] = 1
        try await harness.engine.revokeAll(of: "42")
        try await harness.close(slow, here)
        try await harness.visit(harness.browser(of: Self.id)) { #expect($0.subject == nil) }
        #expect(try await harness.records.count(now: harness.now) == 3)
        try await harness.visit(harness.browser()) { try await $0.logIn("42") }
        #expect(try await harness.records.count(now: harness.now) == 4)
    }

    @Test("law 6: a user ends all sessions but this one, or all, also those of Express")
    func elsewhere() async throws {
        let harness = try ExpressHarness()
        for id in [Self.id, "another", "a third"] { harness.express(id, #","userId":"ada""#) }
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { session in
            session[.views] = 7
            try await session.logOutOthers()
        }
        try await harness.visit(browser) { #expect($0.subject == "ada" && $0[.views] == 7) }
        #expect(try await harness.records.count(now: harness.now) == 1)
        harness.express("another", #","userId":"ada""#)
        try await harness.visit(browser) { try await $0.logOutEverywhere() }
        #expect(try await harness.text("another") == nil)
        #expect(browser.cookies.isEmpty)
    }

    @Test("law 6: nothing but an ending clears the cookie of Express")
    func clearing() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, "")
        let ending: @Sendable (Session) async throws -> Void = { try await $0.destroy() }
        for (browser, isCleared) in [
            (harness.browser(of: "unknown-0123456789"), false), (harness.browser(planted: "s%3Abroken"), false),
            (harness.browser(of: Self.id), true),
        ] {
            let response = try await harness.visit(browser) { if isCleared { try await ending($0) } }
            #expect((response[.setCookie]?.contains("Max-Age=0") ?? false) == isCleared)
        }
    }

    /// Records that can be out of reach.
    private final class Records: ForwardingRecordStore {
        private let memory = ExpressMemoryStore()
        let isDown = Atomic(false)

        var needsDeadline: Bool { false }

        var base: ExpressMemoryStore {
            get throws {
                if self.isDown.load(ordering: .relaxed) { throw SessionStoreError(.unavailable, "It is down.") }
                return self.memory
            }
        }
    }

    @Test("law 9: records of Express that are out of reach are an error to try again, and log no one out")
    func outage() async throws {
        let records = Records()
        let express = ExpressConfiguration(
            secrets: try ExpressSecrets("keyboard cat, and many a word"), subject: .property("userId"))
        let harness = try EngineHarness(.express(in: records, express)) { $0.cookie = .express }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        records.isDown.store(true, ordering: .relaxed)
        let error = await #expect(throws: SessionError.self) { try await harness.visit(browser) }
        #expect(error?.code == .storeUnavailable)
        records.isDown.store(false, ordering: .relaxed)
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("law 10: an id that stands in the records opens nothing without a signature, and with one everything")
    func dump() async throws {
        let harness = try ExpressHarness()
        harness.express(Self.id, #","userId":"ada""#)
        for value in [Self.id, "s%3A\(Self.id)", "s%3A\(Self.id)."] {
            try await harness.visit(harness.browser(planted: value)) { #expect($0.subject == nil) }
        }
        try await harness.visit(harness.browser(of: Self.id)) { #expect($0.subject == "ada") }
    }

    @Test("law 13: a renewal by time is refused, for a new secret is a new id there, and other requests would be lost")
    func renewal() {
        #expect(throws: SessionError.self) {
            try ExpressHarness { configuration, _ in
                configuration.renewal = .init(after: .hours(1), grace: .seconds(30))
            }
        }
    }
}
