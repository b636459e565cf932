//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// What visitors notice of a move: nothing.
@Suite("Sessions that move", .bothDrivers)
struct MovedSessionTests {
    /// Two stores that can fail, and a harness for the servers of each phase.
    private struct House {
        let clock = ManualClock()
        let old: FaultySubjectStore
        let new: FaultySubjectStore
        let plainOld: EngineHarness
        let preparing: EngineHarness
        let moving: EngineHarness
        let plainNew: EngineHarness

        init(
            encryptedAtRest: Bool = false,
            _ configure: (inout SessionConfiguration) -> Void = { _ in }
        ) throws {
            let (clock, old, new) = (
                self.clock, FaultySubjectStore(MemorySessionStore(maximumCount: 1_000)),
                FaultySubjectStore(MemorySessionStore(maximumCount: 1_000))
            )
            func makeHarness(_ store: any SessionStore) throws -> EngineHarness {
                try EngineHarness(
                    .stored(in: store, encryptedAtRest: encryptedAtRest), clock: clock,
                    transports: [CookieTransport()]
                ) {
                    $0.circuitBreaker = .none
                    configure(&$0)
                }
            }
            self.old = old
            self.new = new
            self.plainOld = try makeHarness(old)
            self.preparing = try makeHarness(MigratingSessionStore(from: old, to: new, phase: .dualRead))
            self.moving = try makeHarness(MigratingSessionStore(from: old, to: new, phase: .migrating))
            self.plainNew = try makeHarness(new)
        }

        /// The servers in the order in which an operator goes through them, and once back.
        var way: [EngineHarness] {
            [
                self.plainOld, self.preparing, self.plainOld, self.preparing, self.moving, self.preparing, self.moving,
                self.plainNew, self.moving, self.plainNew,
            ]
        }
    }

    @Test("a visitor counts from the old store to the new one and is logged in all the way", arguments: [false, true])
    func allTheWay(encryptedAtRest: Bool) async throws {
        let house = try House(encryptedAtRest: encryptedAtRest) { $0.renewal = SessionRenewal(after: .minutes(3)) }
        let browser = house.plainOld.browser()
        try await house.plainOld.visit(browser) { session in
            try await session.logIn("ada", remember: true, deviceLabel: "the laptop")
            session[.theme] = "dark"
        }
        for (step, harness) in house.way.enumerated() {
            house.clock.advance(by: .minutes(2))
            try await harness.visit(browser) { session in
                #expect(session.subject == "ada" && session.isRemembered)
                #expect(session[.theme] == "dark")
                #expect(session[.views] == step)
                session[.views] += 1
                let listed = try await session.activeSessions()
                #expect(listed.count == 1 && listed[0].deviceLabel == "the laptop")
            }
        }
        let left = try await house.old.count(now: house.clock.now)
        #expect(left == 0)
    }

    @Test("a log-out on a server of any phase is one on those that run beside it")
    func loggingOut() async throws {
        let house = try House()
        let neighbors = [
            [house.plainOld, house.preparing], [house.preparing, house.moving], [house.moving, house.plainNew],
        ]
        for pair in neighbors {
            for (first, second) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                let browser = first.browser()
                try await first.visit(browser) { try await $0.logIn("ada") }
                // Beside servers with the new store alone nothing is in the old one any more, as it is here.
                try await second.visit(browser) { #expect($0.subject == "ada") }
                let copy = browser.copy(in: first)
                try await second.visit(browser) { try await $0.logOut() }
                for wait in [Duration.zero, .minutes(2)] {
                    house.clock.advance(by: wait)
                    for harness in pair {
                        try await harness.visit(copy.copy(in: harness)) { #expect($0.subject == nil) }
                    }
                }
            }
        }
    }

    @Test("after a log-out the same browser can log in again at once, on every server")
    func loggingInAgain() async throws {
        let house = try House()
        for harness in [house.preparing, house.moving] {
            let browser = house.plainOld.browser()
            try await house.plainOld.visit(browser) { try await $0.logIn("ada") }
            try await harness.visit(browser)
            let token = try #require(browser.token.flatMap { SessionToken($0) })
            _ = try await harness.engine.revoke(token.id)
            house.clock.advance(by: .minutes(2))
            try await harness.visit(browser) { try await $0.logIn("ada") }
            try await harness.visit(browser) { #expect($0.subject == "ada") }
        }
    }

    @Test("a record has moved to the byte, with its secrets, what is sealed in it, and what a newer version wrote")
    func toTheByte() async throws {
        let house = try House(encryptedAtRest: true) { $0.renewal = SessionRenewal(after: .minutes(3)) }
        let browser = house.plainOld.browser()
        try await house.plainOld.visit(browser) { session in
            try await session.logIn("ada", remember: true)
            session[.theme] = "dark"
        }
        house.clock.advance(by: .minutes(4))
        try await house.plainOld.visit(browser)
        let id = try #require(browser.token.flatMap { SessionToken($0) }).id
        let now = house.clock.now
        guard case .found(var record) = try await house.old.load(id, now: now) else {
            Issue.record("The session is not there.")
            return
        }
        #expect(record.previousSecret != nil && !record.sealedValues.isEmpty)
        // A field that this version does not know.
        let version = record.version
        record.unknownFields = [99, 2, 1, 2]
        record.version = SessionVersion(counter: version.counter + 1, tag: 7)
        _ = try await house.old.replace(record, ifVersion: version, now: now)
        _ = try await MigratingSessionStore(from: house.old, to: house.new, phase: .migrating).load(id, now: now)
        guard case .found(let moved) = try await house.new.load(id, now: now) else {
            Issue.record("The session has not moved.")
            return
        }
        #expect(SessionRecordCodec.encode(moved) == SessionRecordCodec.encode(record))
    }

    @Test("while either store is down there is an error to try again, and no one is logged out")
    func outage() async throws {
        for breaksOld in [true, false] {
            let house = try House()
            let browser = house.plainOld.browser()
            try await house.plainOld.visit(browser) { try await $0.logIn("ada") }
            let broken = breaksOld ? house.old.faults : house.new.faults
            for call in [FaultySessionStore.Call.load, .create, .replace, .end, .all] {
                broken.injectFault(.failing, call)
                for harness in [house.preparing, house.moving] {
                    do {
                        try await harness.visit(browser) { #expect($0.subject == "ada") }
                    } catch let error as SessionError {
                        #expect(error.code == .storeUnavailable)
                    }
                    #expect(browser.token != nil)
                }
                broken.clearFault()
                for harness in [house.preparing, house.moving] {
                    try await harness.visit(browser) { #expect($0.subject == "ada") }
                }
            }
        }
    }

    @Test("what ended of sealed sessions is known while the store of the endings moves")
    func revocation() async throws {
        let (clock, keys) = (ManualClock(), SecretKeyring.ephemeral())
        let old = FaultySubjectStore(MemorySessionStore(maximumCount: 1_000))
        let new = FaultySubjectStore(MemorySessionStore(maximumCount: 1_000))
        func makeHarness(_ store: any SubjectSessionStore) throws -> EngineHarness {
            try EngineHarness(.sealed(with: keys, revocation: .stored(in: store, maximumAge: .zero)), clock: clock)
        }
        let harnesses = [
            try makeHarness(old), try makeHarness(MigratingSessionStore(from: old, to: new, phase: .dualRead)),
            try makeHarness(MigratingSessionStore(from: old, to: new, phase: .migrating)), try makeHarness(new),
        ]
        for step in 0..<3 {
            let pair = [harnesses[step], harnesses[step + 1]]
            if step == 2 {
                try await MigratingSessionStore(from: old, to: new, phase: .migrating).migrateAll(
                    clock: clock.sessionClock)
            }
            for (first, second) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                let (single, others) = (first.browser(), [first.browser(), second.browser()])
                try await first.visit(single) { try await $0.logIn("ada") }
                for browser in others { try await first.visit(browser) { try await $0.logIn("alan") } }
                let copies = ([single] + others).map { $0.copy(in: first) }
                try await second.visit(single) { try await $0.logOut() }
                try await second.engine.revokeAll(of: "alan")
                for (copy, harness) in zip(copies + copies, [first, first, first, second, second, second]) {
                    try await harness.visit(copy) { #expect($0.subject == nil) }
                }
                // Later logins are not among them.
                let later = first.browser()
                try await first.visit(later) { try await $0.logIn("alan") }
                try await second.visit(later) { #expect($0.subject == "alan") }
            }
        }
    }
}
