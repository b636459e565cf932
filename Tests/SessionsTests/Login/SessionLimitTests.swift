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

@Suite("At most so many sessions for a user", .bothDrivers)
struct SessionLimitTests {
    private func logIn(_ harness: StoredHarness, _ count: Int) async throws -> [TestBrowser] {
        var browsers: [TestBrowser] = []
        for _ in 0..<count {
            let browser = harness.browser()
            try await harness.visit(browser) { try await $0.logIn("ada") }
            browsers.append(browser)
            harness.clock.advance(by: .seconds(1))
        }
        return browsers
    }

    private func count(_ harness: StoredHarness) async throws -> Int {
        try await harness.engine.activeSessions(of: "ada").count
    }

    @Test("the oldest login makes room for the newest, however much it is used; other users are not counted")
    func endOldest() async throws {
        let harness = try StoredHarness { $0.maximumSessionsPerSubject = 3 }
        let alan = harness.browser()
        try await harness.visit(alan) { try await $0.logIn("alan") }
        let browsers = try await self.logIn(harness, 3)
        harness.clock.advance(by: .minutes(5))
        try await harness.visit(browsers[0]) { $0[.views] += 1 }
        let newest = try await self.logIn(harness, 1)
        #expect(try await self.count(harness) == 3)
        try await harness.visit(browsers[0]) { #expect($0.subject == nil) }
        for browser in browsers.dropFirst() + newest {
            try await harness.visit(browser) { #expect($0.subject == "ada") }
        }
        try await harness.visit(alan) { #expect($0.subject == "alan") }
    }

    @Test("a login that replaces its own session ends no other")
    func replacedSessionCountsOnce() async throws {
        for policy in [SessionLimitPolicy.endOldest, .refuse] {
            let harness = try StoredHarness { configuration in
                configuration.maximumSessionsPerSubject = 2
                configuration.onSessionLimit = policy
            }
            let browsers = try await self.logIn(harness, 2)
            for _ in 0..<3 { try await harness.visit(browsers[1]) { try await $0.logIn("ada") } }
            for browser in browsers { try await harness.visit(browser) { #expect($0.subject == "ada") } }
        }
    }

    @Test("a limit that was lowered holds with the next login")
    func lowered() async throws {
        let generous = try StoredHarness()
        _ = try await self.logIn(generous, 5)
        let strict = try StoredHarness(sharing: generous) { $0.maximumSessionsPerSubject = 2 }
        _ = try await self.logIn(strict, 1)
        #expect(try await self.count(strict) == 2)
    }

    @Test("the newest is refused, and everything is as it was; with a log-out elsewhere there is room")
    func refuse() async throws {
        let harness = try StoredHarness { configuration in
            configuration.maximumSessionsPerSubject = 2
            configuration.onSessionLimit = .refuse
        }
        let browsers = try await self.logIn(harness, 2)
        let third = harness.browser()
        try await harness.visit(third) { $0[.views] = 1 }
        try await harness.visit(third) { session in
            let error = await #expect(throws: SessionError.self) { try await session.logIn("ada") }
            #expect(error?.code == .sessionLimit && error?.message.contains("has 2 sessions") == true)
        }
        try await harness.visit(third) { #expect($0[.views] == 1 && $0.subject == nil) }
        try await harness.visit(browsers[0]) { try await $0.logOut() }
        try await harness.visit(third) { try await $0.logIn("ada") }
        #expect(try await self.count(harness) == 2)
    }

    @Test("a function decides by the user and the sessions, and can end no one else's")
    func deciding() async throws {
        let harness = try StoredHarness { configuration in
            configuration.maximumSessionsPerSubject = 2
            configuration.onSessionLimit = .deciding { subject, sessions in
                guard subject == "ada" else { return .allow }
                #expect(sessions.map(\.createdAt) == sessions.map(\.createdAt).sorted())
                switch sessions.count {
                case 2: return .allow
                case 3: return .end([sessions[2].id, SessionID(high: 1, low: 2)])
                default: return .refuse
                }
            }
        }
        var browsers = try await self.logIn(harness, 3)
        #expect(try await self.count(harness) == 3)
        browsers += try await self.logIn(harness, 1)
        #expect(try await self.count(harness) == 3)
        try await harness.visit(browsers[2]) { #expect($0.subject == nil) }
        for index in [0, 1, 3] { try await harness.visit(browsers[index]) { #expect($0.subject == "ada") } }
        for _ in 0..<4 { try await harness.visit(harness.browser()) { try await $0.logIn("alan") } }
        #expect(try await harness.engine.activeSessions(of: "alan").count == 4)
    }

    @Test("what the function throws, the login throws, and everything is as it was")
    func failing() async throws {
        struct Failure: Error {}
        let harness = try StoredHarness { configuration in
            configuration.maximumSessionsPerSubject = 1
            configuration.onSessionLimit = .deciding { _, _ in throw Failure() }
        }
        let browsers = try await self.logIn(harness, 1)
        let other = harness.browser()
        try await harness.visit(other) { $0[.views] = 1 }
        try await harness.visit(other) { session in
            await #expect(throws: Failure.self) { try await session.logIn("ada") }
        }
        try await harness.visit(other) { #expect($0[.views] == 1) }
        try await harness.visit(browsers[0]) { #expect($0.subject == "ada") }
    }

    @Test("when logins race, the newest stay and no more than are allowed", arguments: [1, 2, 5])
    func racing(limit: Int) async throws {
        let harness = try StoredHarness { $0.maximumSessionsPerSubject = limit }
        let outcomes = try await self.race(harness, 6)
        #expect(try await self.count(harness) == limit)
        #expect(outcomes.allSatisfy { $0 == nil || $0 == .ended })
    }

    @Test("when logins race for the last place, no more than are allowed get in", arguments: [1, 2, 5])
    func racingRefused(limit: Int) async throws {
        let harness = try StoredHarness { configuration in
            configuration.maximumSessionsPerSubject = limit
            configuration.onSessionLimit = .refuse
        }
        let outcomes = try await self.race(harness, 6)
        #expect(try await self.count(harness) == outcomes.count { $0 == nil })
        #expect(try await self.count(harness) <= limit)
        #expect(outcomes.allSatisfy { $0 == nil || $0 == .sessionLimit })
        // A refused login changes nothing, and a single login succeeds.
        while try await self.count(harness) < limit { _ = try await self.logIn(harness, 1) }
    }

    /// Logins that all look before any of them begins its session.
    private func race(_ harness: StoredHarness, _ count: Int) async throws -> [SessionError.Code?] {
        let browsers = (0..<count).map { _ in harness.browser() }
        harness.store.injectFault(.stalling, .create)
        return try await withThrowingTaskGroup(of: SessionError.Code?.self) { group in
            for browser in browsers {
                group.addTask {
                    let session = try await harness.open(browser)
                    var code: SessionError.Code?
                    do { try await session.logIn("ada") } catch let error as SessionError { code = error.code }
                    try await harness.close(session, browser)
                    return code
                }
            }
            while harness.store.waitingCount < count { await Task.yield() }
            harness.store.clearFault()
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("a limit that no one could keep is refused in words when the server starts")
    func refused() throws {
        var configuration = SessionConfiguration()
        configuration.maximumSessionsPerSubject = 3
        for backend in [
            SessionBackend.stored(in: WatchingStore()), .tokenOnly(with: .ephemeral()),
            .sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart),
        ] {
            let error = #expect(throws: SessionError.self) { try SessionEngine(backend, configuration: configuration) }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("maximumSessionsPerSubject is 3") == true)
            #expect(error?.message.contains("SubjectSessionStore") == true)
        }
    }
}
