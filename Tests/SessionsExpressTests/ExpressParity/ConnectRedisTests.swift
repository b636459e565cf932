//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsExpress
import SessionsTesting
import TestSupport
import Testing

@Suite("Coming from Express: connect-redis")
struct ConnectRedisTests {
    static let id = SharedSessionTests.id

    @Test("prefix: keys begin with it")
    func prefix() async throws {
        let harness = try ExpressHarness { _, express in express.prefix = "app:" }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let id = try #require(harness.id(in: browser))
        let result = try await harness.records.load("app:\(id)", now: harness.now)
        #expect(result != .missing)
    }

    /// For how long the key of a new session lives.
    private func life(_ configure: (inout ExpressConfiguration) -> Void) async throws -> Duration? {
        let harness = try ExpressHarness { configure(&$1) }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        return try await harness.remaining(try #require(harness.id(in: browser)))
    }

    @Test("ttl, a number: keys live so long")
    func ttl() async throws {
        #expect(try await self.life { _ in } == .seconds(86_400))
        #expect(
            try await self.life { express in express.timeToLive = .lasting(.seconds(2 * 3_600)) } == .seconds(2 * 3_600)
        )
    }

    @Test("ttl, a function: of what is in the session")
    func ttlOfSession() async throws {
        let life = try await self.life { express in
            express.timeToLive = .deciding { values in
                values["views"] == .integer(1) ? .seconds(3 * 3_600) : .seconds(3_600)
            }
        }
        #expect(life == .seconds(3 * 3_600))
    }

    @Test("ttl of nothing or less: the session ends with that write")
    func noTTL() async throws {
        let harness = try ExpressHarness {
            $1.timeToLive = .deciding { $0["views"] == .integer(2) ? .zero : .seconds(3 * 3_600) }
        }
        harness.express(Self.id, #","views":1"#, life: .after(.seconds(3 * 3_600)))
        try await harness.visit(harness.browser(of: Self.id)) { $0[.views] = 2 }
        #expect(try await harness.text(Self.id) == nil)
    }

    @Test("disableTTL: keys live until they are removed, and the absolute limit holds")
    func disableTTL() async throws {
        let harness = try ExpressHarness { _, express in express.disablesTimeToLive = true }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let id = try #require(harness.id(in: browser))
        harness.clock.advance(by: .seconds(7 * 3_600))
        try await harness.visit(browser) { #expect($0[.views] == 1) }
        #expect(try await harness.text(id) != nil)
        #expect(try await harness.remaining(id) == nil)
        harness.clock.advance(by: .seconds(3_600))
        try await harness.visit(browser) { #expect($0.id == nil) }
    }

    @Test("disableTouch: a use writes nothing, and a change does")
    func disableTouch() async throws {
        let harness = try ExpressHarness { _, express in express.disablesTouch = true }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let id = try #require(harness.id(in: browser))
        harness.clock.advance(by: .seconds(10 * 60))
        try await harness.visit(browser)
        #expect(try await harness.remaining(id) == .seconds(86_400) - .seconds(10 * 60))
        try await harness.visit(browser) { $0[.views] = 2 }
        #expect(try await harness.remaining(id) == .seconds(86_400))
    }

    @Test("serializer: a value has the form that its key gives it, in a record that both read")
    func serializer() async throws {
        let text = SessionKey("cart", default: "").codec
        let codec = SessionValueCodec<[String]>(
            encode: { try text.encode($0.joined(separator: ",")) },
            decode: { try text.decode($0).split(separator: ",").map(String.init) }
        )
        let cart = SessionKey("cart", default: [], codec: codec)
        let harness = try ExpressHarness()
        harness.express(Self.id, "")
        let browser = harness.browser(of: Self.id)
        try await harness.visit(browser) { session in session[cart] = ["tea", "milk"] }
        #expect(try await harness.text(Self.id)?.contains(#""cart":"tea,milk""#) == true)
        try await harness.visit(browser) { #expect($0[cart] == ["tea", "milk"]) }
    }

    /// Records of two sessions, and a key that is none.
    private func records() throws -> (records: ExpressMemoryStore, engine: SessionEngine, now: SessionInstant) {
        let harness = try ExpressHarness()
        harness.express("first", #","views":1"#)
        harness.express("second", "")
        harness.records.set("other", Array("1".utf8), .never, now: harness.now)
        return (harness.records, harness.engine, harness.now)
    }

    @Test("get, set, touch and destroy: for the engine, each one step that compares")
    func methods() async throws {
        let (records, _, now): (any ExpressRecordStore, SessionEngine, SessionInstant) = try self.records()
        let (old, new) = (Array("1".utf8), Array("2".utf8))
        #expect(try await records.load("other", now: now) == .found(old, remaining: nil))
        #expect(try await records.replace("other", old, with: new, .never, now: now) == .replaced)
        #expect(try await records.replace("other", old, with: new, .never, now: now) != .replaced)
        #expect(try await records.touch("other", .unchanged, now: now))
        #expect(
            try await records.end(
                "other", tombstoneUntil: now + .seconds(60), removedUntil: now + .seconds(60), now: now)
        )
    }

    @Test("length(): how many sessions there are")
    func length() async throws {
        let (records, _, now) = try self.records()
        #expect(try await records.count(now: now) == 2)
    }

    @Test("ids(): names of the sessions, which open none of them")
    func ids() async throws {
        let (records, _, now) = try self.records()
        let ids = try await records.ids(now: now).elements
        #expect(ids.count == 2)
        #expect("\(ids)".contains("first") == false)
    }

    @Test("all(): the text of every session")
    func all() async throws {
        let (records, _, now) = try self.records()
        let all = try await records.all(now: now).elements
        #expect(all.count == 2)
        #expect(all.contains { String(decoding: $0.text, as: UTF8.self).contains(#""views":1"#) })
    }

    @Test("clear(): every session ends, and what is none stays")
    func clear() async throws {
        let (records, engine, now) = try self.records()
        try await engine.revokeEverything()
        #expect(try await records.count(now: now) == 0)
        #expect(try await records.load("other", now: now) != .missing)
    }
}
