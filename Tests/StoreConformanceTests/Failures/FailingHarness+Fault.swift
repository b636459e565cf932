//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Sessions
import SessionsTesting
import TestSupport
import Testing

extension FailingHarness {
    /// Makes sure that a fault logs no one out and mixes up no sessions, that strangers do not notice it, and that
    /// everything works after it.
    ///
    /// - Parameters:
    ///   - leavesReading: Whether the store can read during the fault.
    ///   - leavesEndings: Whether the store can end sessions during the fault.
    ///   - closesConnections: Whether the first request may find that its connection is closed.
    ///   - begin: Begins the fault.
    ///   - end: Ends the fault.
    func expectRecovery(
        leavesReading: Bool,
        leavesEndings: Bool = false,
        closesConnections: Bool = false,
        begin: () async throws -> Void,
        end: () async throws -> Void
    ) async throws {
        func expectServed(_ browser: TestBrowser, _ subject: String, _ comment: Comment) async throws {
            if closesConnections {
                try await self.expectServedSoon(browser, subject)
            } else {
                try await self.expectServed(browser, subject, comment)
            }
        }

        let (ada, alan) = (try await self.loggedIn("ada"), try await self.loggedIn("alan"))
        try await begin()
        if leavesReading {
            try await expectServed(ada, "ada", "a read")
            await self.expectOutage(ada, "a write") { $0[.note] = "lost" }
            self.letPausesPass()
            if !leavesEndings {
                await self.expectOutage(ada, "a logout that did not happen says so") { try await $0.logOut() }
            }
            self.letPausesPass()
            await self.expectOutage(self.browser(), "a login") { try await $0.logIn("grace") }
            self.letPausesPass()
        } else {
            // A request that is served in spite of the fault is at least its own user's.
            for _ in 0..<8 { await self.expectOutage(ada, "a request with a token") { #expect($0.subject == "ada") } }
            self.letPausesPass()
            await self.expectOutage(alan, "a request after a while") { #expect($0.subject == "alan") }
        }
        try await self.expectStrangerServed("a stranger meanwhile")
        try await end()
        self.letPausesPass()
        try await expectServed(ada, "ada", "after it")
        try await self.expectServed(alan, "alan", "after it")
        try await self.visit(ada) { $0[.note] = "kept" }
        try await self.visit(ada) { #expect($0[.note] == "kept") }
        try await self.visit(alan) { try await $0.logOut() }
    }

    /// Makes sure that a session is served, at the second attempt at the latest: the first may find that its connection
    /// is closed.
    func expectServedSoon(_ browser: TestBrowser, _ subject: String) async throws {
        do {
            try await self.expectServed(browser, subject, "as ever")
        } catch let error as SessionError where error.code == .storeUnavailable {
            self.letPausesPass()
            try await self.expectServed(browser, subject, "as ever, again")
        }
    }
}

extension SessionKey<String?> {
    fileprivate static var note: Self { .init("note") }
}
#endif
