//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import HTTPTypes
import LogAudit
import Sessions
import SessionsTesting
import Synchronization
import TestSupport
import Testing

/// Users who use their sessions all the time, whatever happens to the servers, and look whose they are.
final class Visitors: Sendable {
    private let harness: FailingHarness
    private let users: [(name: String, browser: TestBrowser)]
    private let failures = Mutex(0)
    private let begin = ContinuousClock.now
    private let begun: SessionInstant

    init(_ count: Int, on harness: FailingHarness) async throws {
        self.harness = harness
        var users: [(String, TestBrowser)] = []
        for number in 0..<count { users.append(("user \(number)", try await harness.loggedIn("user \(number)"))) }
        self.users = users
        self.begun = harness.clock.now
    }

    /// How many visits ended with a 503.
    var failureCount: Int { self.failures.withLock { $0 } }

    /// Makes sure that each has their own session, or a 503 while servers fail; again and again until the body is done.
    func visit(during body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let isOver = Flag()
            for user in self.users {
                group.addTask {
                    while !isOver.isSet {
                        await self.visit(user.name, user.browser)
                        self.letTimePass()
                    }
                }
            }
            do {
                try await body()
            } catch {
                isOver.set()
                throw error
            }
            isOver.set()
            try await group.waitForAll()
        }
    }

    /// Moves the harness's clock with real time: pauses pass, and limits do not.
    private func letTimePass() {
        self.harness.clock.move(to: max(self.harness.clock.now, self.begun + (ContinuousClock.now - self.begin)))
    }

    private func visit(_ name: String, _ browser: TestBrowser) async {
        do {
            try await self.harness.visit(browser) { session in
                #expect(session.subject == name)
                #expect(session[.owner] == name)
            }
        } catch let error as SessionError {
            #expect(error.code == .storeUnavailable)
            self.failures.withLock { $0 += 1 }
            // As visitors do who are told to come again later.
            try? await Task.sleep(for: .milliseconds(50))
        } catch {
            Issue.record("\(error)")
        }
    }

    /// Makes sure that all are served, at once.
    func expectAllServed(_ comment: Comment) async throws {
        self.harness.letPausesPass()
        for user in self.users { try await self.harness.expectServed(user.browser, user.name, comment) }
    }

    private final class Flag: Sendable {
        private let flag = Atomic<Bool>(false)

        var isSet: Bool { self.flag.load(ordering: .acquiring) }
        func set() { self.flag.store(true, ordering: .releasing) }
    }
}
#endif
