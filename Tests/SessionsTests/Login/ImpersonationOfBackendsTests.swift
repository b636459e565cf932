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

@Suite("Administrators who act, and backends")
struct ImpersonationOfBackendsTests {
    /// A law: a session in which an administrator acts ends with the administrator's.
    @Sendable func endsWithActor(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend) { $0.allowsImpersonation = { _ in true } }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("alice") }
        let own = browser.copy(in: harness)
        try await harness.visit(browser) { try await $0.act(as: "bob", reason: "x", for: .seconds(600)) }
        try await harness.visit(browser) { #expect($0.actor == "alice") }
        try await harness.visit(own) { try await $0.logOut() }
        try await harness.visit(browser) { #expect($0.subject == nil) }
    }

    @Test("a session in which an administrator acts ends with the administrator's", arguments: LawBackend.stored)
    func stored(_ backend: LawBackend) async throws {
        try await self.endsWithActor(backend)
    }

    @Test("sessions that do not look for the administrator are found", arguments: EngineDriver.allCases)
    func mutant(_ driver: EngineDriver) async {
        let mutant = LawBackend("a mistake", driver) { MutantSessions.backend($0, .forgetsActor, in: driver) }
        await withKnownIssue("The law finds it.") { try await self.endsWithActor(mutant) }
    }

    @Test("others refuse it at the start, and at the call", arguments: LawBackend.sealed + LawBackend.tokenOnly)
    func others(_ backend: LawBackend) async throws {
        #expect { _ = try LawHarness(backend) { $0.allowsImpersonation = { _ in true } } } throws: {
            ($0 as? SessionError)?.code == .configuration && "\($0)".contains("allowsImpersonation")
        }
        let harness = try LawHarness(backend)
        let session = try await harness.open([:])
        await refuses(.notOffered) { try await session.act(as: "bob", reason: "x", for: .seconds(60)) }
    }
}
