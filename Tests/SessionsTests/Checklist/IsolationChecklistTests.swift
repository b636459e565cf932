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

/// What requests share: nothing but the store.
@Suite("Checklist: isolation", .bothDrivers)
struct IsolationChecklistTests {
    @Test("checklist 31: no session object is shared between requests, and none shows another's changes")
    func noSharing() async throws {
        let harness = try StoredHarness()
        let browsers = (0..<200).map { _ in harness.browser() }
        for (index, browser) in browsers.enumerated() {
            try await harness.visit(browser) { $0[.theme] = "visitor \(index)" }
        }
        let sessions = try await withThrowingTaskGroup(of: (Int, Session).self) { group in
            for (index, browser) in browsers.enumerated() {
                // Two requests of each visitor at once.
                for _ in 0..<2 { group.addTask { (index, try await harness.open(browser)) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(sessions.map { ObjectIdentifier($0.1) }).count == 400)
        for (index, session) in sessions {
            #expect(session[.theme] == "visitor \(index)")
            #expect(session[.views] == 0)
            session[.views] += 1
        }
    }

    @Test("checklist 31: a request that is cancelled in the middle of a save has stored all of its changes or none")
    func cancelledSave() async throws {
        let harness = try StoredHarness(needsDeadline: true)
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[.views] = 1
            session[.theme] = "one"
        }
        let session = try await harness.open(browser)
        session[.views] += 1
        session[.theme] = "two"
        harness.store.injectFault(.stalling, .replace)
        let saving = Task { try await session.save() }
        while harness.store.count(of: .replace) == 0 { await Task.yield() }
        saving.cancel()
        await #expect(throws: CancellationError.self) { try await saving.value }
        try await harness.visit(browser) { #expect($0[.views] == 1 && $0[.theme] == "one") }
        // The store does late what it was asked to do, after the request has gone.
        harness.store.clearFault()
        var views = 1
        while views == 1 {
            try await harness.visit(browser) { session in
                views = session[.views]
                #expect(session[.theme] == (views == 1 ? "one" : "two"))
            }
        }
        #expect(views == 2)
        try await harness.visit(browser) { $0[.views] += 1 }
        try await harness.visit(browser) { #expect($0[.views] == 3) }
    }
}
