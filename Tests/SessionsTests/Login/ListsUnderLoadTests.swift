//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Lists under load", .bothDrivers)
struct ListsUnderLoadTests {
    @Test("the list of a user is the sessions that live, after logins, log-outs and endings all at once")
    func listsAreTheLiving() async throws {
        let harness = try StoredHarness()
        let random = DeterministicRandom(seed: 11)
        let browsers = (0..<24).map { _ in harness.browser() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for browser in browsers {
                let choices = (0..<20).map { _ in Int(random.next() % 6) }
                group.addTask {
                    for choice in choices {
                        try await harness.visit(browser) { session in
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
            try await harness.visit(browser) { session in
                if session.subject == "ada", let id = session.id { living.insert(id) }
            }
        }
        let listed = try await harness.engine.activeSessions(of: "ada").map(\.id)
        #expect(Set(listed) == living)
        #expect(listed.count == living.count)
    }
}
