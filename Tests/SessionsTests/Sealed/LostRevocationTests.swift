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
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Revocations that the store has lost", .bothDrivers)
struct LostRevocationTests {
    private func lossCount(_ logs: EventRecorder) -> Int {
        logs.take().count { $0.reason == .lostRevocations }
    }

    private func makeHarness(
        servers: Int = 2,
        _ lost: SessionRevocation.LostRevocations = .rejectOlderSessions,
        _ recorder: EventRecorder = EventRecorder()
    ) throws -> SealedHarness {
        try SealedHarness(servers: servers, revocation: { .stored(in: $0, lostRevocations: lost) }) {
            $0.observers = [recorder]
        }
    }

    @Test(
        "sessions that are older than a log which began anew are refused, by running servers and by new ones, and it is said"
    )
    func rejected() async throws {
        let recorder = EventRecorder()
        let harness = try self.makeHarness(.rejectOlderSessions, recorder)
        let (browser, stranger, ended) = (harness.browser(), harness.browser(), harness.browser())
        for browser in [browser, ended] { try await harness.visit(browser) { try await $0.logIn("ada") } }
        try await harness.visit(stranger) { $0[.views] = 1 }
        let copy = ended.copy(in: harness)
        try await harness.visit(ended) { try await $0.logOut() }
        harness.clock.advance(by: .minutes(1))
        try await harness.subjects.memory.clear()
        // The second server starts now.
        for server in harness.servers {
            harness.clock.advance(by: .seconds(1))
            try await server.visit(copy.copy(in: harness)) { #expect($0.subject == nil) }
            try await server.visit(browser.copy(in: harness)) { #expect($0.subject == nil) }
            try await server.visit(stranger.copy(in: harness)) { #expect($0[.views] == 0) }
        }
        #expect(self.lossCount(recorder) == 2, "once on each server")
        #expect(harness.logs.entries.contains { $0.level == .error && "\($0.message)".contains("has lost some") })
        // Those that begin now go on; for a minute requests of the older ones were on their way, for all that is known.
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(browser) { try await $0.logIn("ada") }
        for server in harness.servers {
            harness.clock.advance(by: .seconds(1))
            try await server.visit(browser) { #expect($0.subject == "ada") }
        }
        try await harness.servers[1].visit(stranger) { $0[.views] = 7 }
        try await harness.visit(stranger) { #expect($0[.views] == 7) }
    }

    @Test("where it is only reported they go on, and what a running server knows it goes on to refuse")
    func reported() async throws {
        let recorder = EventRecorder()
        let harness = try self.makeHarness(.report, recorder)
        let (browser, ended) = (harness.browser(), harness.browser())
        for browser in [browser, ended] { try await harness.visit(browser) { try await $0.logIn("ada") } }
        let copy = ended.copy(in: harness)
        try await harness.visit(ended) { try await $0.logOut() }
        try await harness.subjects.memory.clear()
        for server in harness.servers {
            harness.clock.advance(by: .seconds(1))
            try await server.visit(browser) { #expect($0.subject == "ada") }
            harness.clock.advance(by: .seconds(1))
            try await server.visit(browser) { #expect($0.subject == "ada") }
        }
        #expect(self.lossCount(recorder) == 2)
        try await harness.visit(copy) { #expect($0.subject == nil) }
    }

    @Test("a log that went back to an earlier state is another log, and one that lost its last entries has them again")
    func wentBack() async throws {
        for lostCount in [1, 300] {
            let recorder = EventRecorder()
            let harness = try self.makeHarness(.rejectOlderSessions, recorder)
            let (samples, browser) = (SampleRecords(), harness.browser())
            try await harness.visit(browser) { try await $0.logIn("ada") }
            try await harness.engine.revoke(samples.id())
            let id = RevocationSegment.headID
            guard case .found(var former) = try await harness.subjects.memory.load(id, now: harness.clock.now) else {
                return
            }
            let lost = (0..<lostCount).map { _ in samples.id() }
            for id in lost { try await harness.engine.revoke(id) }
            guard case .found(let last) = try await harness.subjects.memory.load(id, now: harness.clock.now) else {
                return
            }
            former.version = SessionVersion(counter: former.version.counter, tag: 99)
            _ = try await harness.subjects.memory.replace(former, ifVersion: last.version, now: harness.clock.now)
            harness.clock.advance(by: .seconds(1))
            try await harness.visit(browser) { #expect($0.subject == (lostCount == 1 ? "ada" : nil)) }
            harness.clock.advance(by: .seconds(1))
            try await harness.visit(browser)
            #expect(self.lossCount(recorder) == 1)
            // The last ones are known to a server that starts now.
            #expect(try await !harness.servers[1].engine.revoke(lost[lostCount - 1]))
        }
    }

    @Test("what the version before wrote is honored, also while it still runs, and its sessions go on")
    func previousVersion() async throws {
        let harness = try self.makeHarness(servers: 1)
        let samples = SampleRecords(now: harness.clock.now)
        let (store, now) = (harness.subjects.memory, harness.clock.now)
        var counter: UInt64 = 0
        /// As the version before wrote them: a record for each, and one that changes.
        func write(_ id: SessionID, mark: Int64) async throws {
            for (id, mark) in [(id, mark), (PreviousRevocations.changeID, 0)] {
                counter += 1
                let record = SessionRecord(
                    id: id, secretHash: samples.record().secretHash, secretIssuedAt: now,
                    version: SessionVersion(counter: counter, tag: counter), createdAt: now, lastAccessedAt: now,
                    expiresAt: now + .days(30), absoluteExpiresAt: now + .days(30),
                    subject: "\u{0}swift-sessions revocations", values: SessionValues(["mark": .integer(mark)])
                )
                if case .found(let known) = try await store.load(id, now: now) {
                    _ = try await store.replace(record, ifVersion: known.version, now: now)
                } else {
                    try await store.create(record, now: now)
                }
            }
        }
        /// Sealed by the version before, which knew no log.
        func browser(_ subject: String, id: SessionID, everyone: Int64 = 0) throws -> TestBrowser {
            var record = samples.record(idle: .hours(8), absolute: .hours(8), subject: subject)
            record.id = id
            record.globalEpoch = everyone
            let sealed = try #require(harness.engine.driver as? SealedSessions)
            let text = try #require(
                try sealed.credential(
                    of: .init(record: record, token: .placeholder(id), isNew: false),
                    for: SessionRequest(headerFields: HTTPFields(), isSecure: true)))
            return harness.browser(planted: text)
        }
        let (ada, alan, grace, late) = (samples.id(), samples.id(), samples.id(), samples.id())
        let mark = now.millisecondsSince1970 - 1_000
        try await write(ada, mark: .max)
        try await write(Revocation.id(of: "alan"), mark: mark)
        try await write(Revocation.everyone, mark: mark)
        let ended = [
            try browser("ada", id: ada, everyone: mark), try browser("alan", id: alan, everyone: mark),
            try browser("grace", id: grace),
        ]
        let live = try browser("grace", id: late, everyone: mark)
        for _ in 0..<2 {
            for browser in ended { try await harness.visit(browser) { #expect($0.subject == nil) } }
            try await harness.visit(live) { #expect($0.subject == "grace") }
            harness.clock.advance(by: .minutes(2))
        }
        // A server of that version ends one more.
        try await write(late, mark: .max)
        harness.clock.advance(by: .seconds(1))
        try await harness.visit(live) { #expect($0.subject == nil) }
        // And what this version ends covers the sessions of that one.
        let last = try browser("linus", id: samples.id(), everyone: mark)
        try await harness.visit(last) { #expect($0.subject == "linus") }
        try await harness.engine.revokeEverything()
        try await harness.visit(last) { #expect($0.subject == nil) }
    }
}
