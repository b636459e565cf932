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

// The code of the article "Acting as another user".

/// The page of the support staff.
func help(_ user: String, ticket: String, _ session: Session) async throws {
    try await session.act(as: user, reason: "ticket \(ticket)", for: .seconds(30 * 60))
}

/// The banner on every page, and the button in it.
func banner(_ session: Session) -> String? {
    session.actor.map { "\($0), you act as \(session.subject ?? "")" }
}

/// Who may act for whom.
func allowImpersonation(in configuration: inout SessionConfiguration, staff: Set<String>) {
    let clock = configuration.clock
    configuration.allowsImpersonation = { wish in
        // Support staff who authenticated in the last hour, and no one as another of the staff.
        staff.contains(wish.actor) && !staff.contains(wish.subject)
            && clock.now - wish.authenticatedAt <= .seconds(3_600)
    }
}

/// Changes a password, which only its user does.
func changePassword(_ session: Session, _ change: (_ user: String) async throws -> Void) async throws {
    try await change(try session.requireNotActing())
}

@Suite("The article on acting as another user")
struct ImpersonationGuideTests {
    @Test("the staff of the article helps a user, and changes no password")
    func helping() async throws {
        let harness = try EngineHarness { allowImpersonation(in: &$0, staff: ["alice", "carol"]) }
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            try await session.logIn("alice")
            await #expect(throws: SessionError.self) { try await help("carol", ticket: "7", session) }
            try await help("bob", ticket: "7", session)
        }
        try await harness.visit(browser) { session in
            #expect(banner(session) == "alice, you act as bob")
            await #expect(throws: SessionError.self) {
                try await changePassword(session) { _ in Issue.record("not by an administrator") }
            }
            try await session.stopActing()
            #expect(banner(session) == nil)
        }
        harness.clock.advance(by: .seconds(3_601))
        try await harness.visit(browser) { session in
            try await session.logIn("alice")
            harness.clock.advance(by: .seconds(1))
            try await help("bob", ticket: "8", session)
        }
    }
}
