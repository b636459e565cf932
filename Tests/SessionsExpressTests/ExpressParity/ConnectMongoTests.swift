//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import LogAudit
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Coming from Express: connect-mongo")
struct ConnectMongoTests {
    @Test("ttl of 14 days: the limit of sessions that are remembered")
    func ttl() async throws {
        let harness = try EngineHarness { configuration in
            configuration.remembersEverySession = true
            configuration.rememberedLimits = SessionLimits(idle: .seconds(14 * 86_400), absolute: .seconds(30 * 86_400))
        }
        #expect(try await harness.firstCookie().contains("; Max-Age=1209600;"))
    }

    @Test("autoRemove and autoRemoveInterval: a service of the application sweeps")
    func autoRemove() async throws {
        let (store, samples) = (MemorySessionStore(), SampleRecords())
        let record = samples.record()
        try await store.create(record, now: samples.now)
        let (clock, logger) = (ManualClock(now: record.expiresAt).sessionClock, LogAudit.logger())
        let sweeper = SessionSweeper(store, every: .seconds(10 * 60), clock: clock, logger: logger)
        #expect(try await sweeper.sweepOnce() == 1)
    }

    @Test("touchAfter: a use is written when so much time has passed")
    func touchAfter() async throws {
        let harness = try EngineHarness { configuration in
            configuration.limits = SessionLimits(idle: .seconds(14 * 86_400), absolute: .seconds(30 * 86_400))
            configuration.anonymousIdleLimit = nil
            configuration.touchAfter = .seconds(24 * 3_600)
        }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let start = harness.now
        for (hours, lastAccess) in [(23, start), (1, start + .seconds(24 * 3_600))] {
            harness.clock.advance(by: .hours(hours))
            try await harness.visit(browser)
            try await harness.visit(browser) { #expect($0.lastAccessedAt == lastAccess) }
        }
    }

    @Test("timestamps: always there")
    func timestamps() async throws {
        let harness = try EngineHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let start = harness.now
        harness.clock.advance(by: .seconds(60))
        try await harness.visit(browser) { session in
            #expect(session.createdAt == start)
            #expect(session.lastAccessedAt == start)
        }
    }

    @Test("serialize and unserialize: of one value, by its key")
    func serialize() async throws {
        let text = SessionKey("colors", default: "").codec
        let codec = SessionValueCodec<Set<Character>>(
            encode: { try text.encode(String($0.sorted())) },
            decode: { Set(try text.decode($0)) }
        )
        let colors = SessionKey("colors", default: [], codec: codec)
        let harness = try EngineHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[colors] = ["r", "g", "b"] }
        let records = try await harness.store.sessions(now: harness.now)
        #expect(records.first?.values["colors"] == .string("bgr"))
        try await harness.visit(browser) { #expect($0[colors] == ["r", "g", "b"]) }
    }

    @Test("cryptoAdapter: values are sealed in the store, and the visitor has the key")
    func crypto() async throws {
        let store = MemorySessionStore()
        let harness = try EngineHarness(.stored(in: store, encryptedAtRest: true))
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "dark" }
        let records = try await store.sessions(now: harness.now)
        #expect(records.count == 1 && records.allSatisfy { $0.values["theme"] == nil })
        try await harness.visit(browser) { #expect($0[.theme] == "dark") }
    }

    @Test("events: observers of the engine get the events of sessions")
    func events() async throws {
        let observer = SessionEventStream()
        let harness = try EngineHarness { configuration in configuration.observers = [observer] }
        try await harness.visit(harness.browser()) { session in
            session[.views] = 1
            try await session.save()
            try await session.destroy()
        }
        observer.finish()
        var kinds: [SessionEvent.Kind] = []
        for await event in observer { kinds.append(event.kind) }
        #expect(kinds == [.created, .ended])
    }

    @Test("a touch of what is missing: an answer, and the request goes on")
    func missing() async throws {
        let (store, samples) = (MemorySessionStore(), SampleRecords())
        let touch = SessionTouch(lastAccessedAt: samples.now, expiresAt: samples.now + .seconds(60))
        let isLive = try await store.touch(samples.id(), touch, now: samples.now)
        #expect(!isLive)
    }
}
