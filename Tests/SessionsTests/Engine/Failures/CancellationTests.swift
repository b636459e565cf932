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

/// A request that is canceled while it waits for the store, at each of its waits.
@Suite("Cancellation", .bothDrivers)
struct CancellationTests {
    typealias Call = FaultySessionStore.Call

    /// A place where a request waits, and what it does there.
    struct Wait: Sendable, CustomTestStringConvertible {
        var name: String
        var call: Call
        var act: UnluckyRepliesTests.Act

        var testDescription: String { self.name }

        static let all = [
            Wait(name: "writing at the end", call: .replace, act: .write),
            Wait(name: "extending at the end", call: .touch, act: .touch),
            Wait(name: "saving", call: .replace, act: .save),
            Wait(name: "logging in", call: .create, act: .logIn),
            Wait(name: "logging in, ending the former session", call: .end, act: .logIn),
            Wait(name: "regenerating", call: .create, act: .regenerate),
            Wait(name: "regenerating, ending the former session", call: .end, act: .regenerate),
            Wait(name: "destroying", call: .end, act: .destroy),
            Wait(name: "logging out", call: .end, act: .logOut),
        ]
    }

    @Test(
        "a request that is cancelled while it waits happened or did not, and harms no other",
        arguments: Wait.all, [true, false]
    )
    func cancelled(_ wait: Wait, _ happens: Bool) async throws {
        // With a deadline, so that a canceled wait ends although the store does not answer.
        let harness = try StoredHarness(needsDeadline: true)
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[.views] = 1
            session[.theme] = "dark"
        }
        let session = try await harness.open(browser)
        harness.store.injectFault(happens ? .answeringLate : .stalling, wait.call)
        let running = Task {
            do {
                try await wait.act.perform(session, harness)
            } catch {
                try await harness.close(session, browser, outcome: .failed)
                throw error
            }
            try await harness.close(session, browser)
        }
        while harness.store.waitingCount == 0 { await Task.yield() }
        running.cancel()
        await #expect(throws: CancellationError.self) { try await running.value }
        harness.store.clearFault()
        // The visitor is who they were, or whom the act made them: with all values, or without a session.
        try await harness.visit(browser) { session in
            guard session.id != nil else { return }
            #expect(session[.theme] == "dark")
            #expect([1, 2].contains(session[.views]))
        }
        #expect(try await harness.count <= 2)
        // Others are served as ever.
        let other = harness.browser()
        try await harness.visit(other) { try await $0.logIn("grace") }
        try await harness.visit(other) { #expect($0.subject == "grace") }
    }
}
