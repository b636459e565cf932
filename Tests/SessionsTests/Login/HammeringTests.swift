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
import Synchronization
import Testing

@Suite("Endings under load")
struct HammeringTests {
    /// What the clients saw.
    private final class Tally: Sendable {
        struct Counts {
            var isRevoked = false
            var before = 0
            var after = 0
            var succeededAfter = 0
        }

        private let state = Mutex(Counts())

        var counts: Counts { self.state.withLock { $0 } }

        func revoked() { self.state.withLock { $0.isRevoked = true } }

        func note(after: Bool, succeeded: Bool) {
            self.state.withLock { counts in
                if after { counts.after += 1 } else { counts.before += 1 }
                if after, succeeded { counts.succeededAfter += 1 }
            }
        }
    }

    @Test("of the requests opened after all sessions of a user were ended, not one succeeds with an old token")
    func revokeAll() async throws {
        let site = try Site()
        let browsers = (0..<32).map { _ in site.browser() }
        for browser in browsers { try await site.visit(browser) { try await $0.logIn("ada") } }
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for browser in browsers {
                let copy = browser.copy(site)
                group.addTask {
                    while tally.counts.after < 1_000 {
                        let isAfter = tally.counts.isRevoked
                        tally.note(after: isAfter, succeeded: try await self.hammer(copy, site))
                        await Task.yield()
                    }
                }
            }
            while tally.counts.before < 500 { await Task.yield() }
            try await site.engine.revokeAll(of: "ada")
            tally.revoked()
            try await group.waitForAll()
        }
        #expect(tally.counts.before >= 500 && tally.counts.after >= 1_000)
        #expect(tally.counts.succeededAfter == 0)
        let listed = try await site.engine.activeSessions(of: "ada")
        #expect(listed.isEmpty)
    }

    /// A request that reads and writes with the token that the browser had at first.
    private func hammer(_ browser: TestBrowser, _ site: Site) async throws -> Bool {
        let session = try await site.open(browser)
        let isIn = session.subject != nil
        session[.views] += 1
        var response = HTTPFields()
        try await site.engine.close(session, response: &response)
        return isIn
    }

    @Test("the list of a user is the sessions that live, after logins, log-outs and endings all at once")
    func listsAreTheLiving() async throws {
        let site = try Site()
        let random = DeterministicRandom(seed: 11)
        let browsers = (0..<24).map { _ in site.browser() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for browser in browsers {
                let choices = (0..<20).map { _ in Int(random.next() % 6) }
                group.addTask {
                    for choice in choices {
                        try await site.visit(browser) { session in
                            switch choice {
                            case 0, 1: try await session.logIn("ada")
                            case 2: try await session.logOut()
                            case 3: if session.isAuthenticated { try? await session.reauthenticate() }
                            case 4:
                                if let other = try await session.activeSessions().last {
                                    try await session.logOut(other.id)
                                }
                            default: session[.views] += 1
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        var living: Set<SessionID> = []
        for browser in browsers {
            try await site.visit(browser) { session in
                if session.subject == "ada", let id = session.id { living.insert(id) }
            }
        }
        let listed = try await site.engine.activeSessions(of: "ada").map(\.id)
        #expect(Set(listed) == living)
        #expect(listed.count == living.count)
    }
}
