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

/// Someone who ends a session in which an administrator acts.
struct ImpersonationEnding: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let reason: SessionEvent.Reason
    var isAtRest = false
    /// The parameters are the id and token of the session, and other browsers of both users.
    let run: @Sendable (StoredHarness, SessionID, TestBrowser, TestBrowser, String) async throws -> Void

    static let all =
        Self.ways
        + Self.ways.map { way in
            var way = way
            way.isAtRest = true
            return way
        }

    private static let ways: [ImpersonationEnding] = [
        .init(testDescription: "the engine, by id", reason: .revoked) { harness, id, _, _, _ in
            try await harness.engine.revoke(id)
        },
        .init(testDescription: "the page of all sessions", reason: .revoked) { harness, id, _, _, _ in
            try await harness.engine.revoke(id, by: "grace", because: "a mistake")
        },
        .init(testDescription: "the engine, with all of the user", reason: .allOfSubject) { harness, _, _, _, _ in
            try await harness.engine.revokeAll(of: "bob")
        },
        .init(testDescription: "the page, with all of the user", reason: .allOfSubject) { harness, _, _, _, _ in
            try await harness.engine.revokeAll(of: "bob", by: "grace")
        },
        .init(testDescription: "the engine, with older credentials", reason: .credentialsChanged) {
            harness, _, _, _, _ in
            try await harness.engine.revokeAll(of: "bob", credentialsBefore: 2)
        },
        .init(testDescription: "the engine, with all sessions", reason: .everything) { harness, _, _, _, _ in
            try await harness.engine.revokeEverything()
        },
        .init(testDescription: "the user, by id", reason: .loggedOut) { harness, id, _, bob, _ in
            try await harness.visit(bob) { _ = try await $0.logOut(id) }
        },
        .init(testDescription: "the administrator elsewhere, by id", reason: .loggedOut) { harness, id, alice, _, _ in
            try await harness.visit(alice) { _ = try await $0.logOut(id) }
        },
        .init(testDescription: "someone with the token", reason: .loggedOut) { harness, _, _, _, token in
            let token = try #require(SessionToken(token))
            try await harness.visit(harness.browser()) { _ = try await $0.logOut(token) }
        },
        .init(testDescription: "the user, with all others", reason: .others) { harness, _, _, bob, _ in
            try await harness.visit(bob) { try await $0.logOutOthers() }
        },
        .init(testDescription: "the user, everywhere", reason: .allOfSubject) { harness, _, _, bob, _ in
            try await harness.visit(bob) { try await $0.logOutEverywhere() }
        },
        .init(testDescription: "the user, with a new password", reason: .credentialsChanged) { harness, _, _, bob, _ in
            try await harness.visit(bob) { try await $0.changeCredentials(to: 2) }
        },
    ]
}
