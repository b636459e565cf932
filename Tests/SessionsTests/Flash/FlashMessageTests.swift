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

@Suite("Flash messages", .bothDrivers)
struct FlashMessageTests {
    private func take(_ harness: some TestHarness, _ browser: TestBrowser) async throws -> [FlashMessage] {
        let session = try await harness.open(browser)
        let messages = try await session.takeFlashMessages()
        try await harness.close(session, browser)
        return messages
    }

    @Test("a message that is set before a redirect is shown once, on the page after it")
    func redirect() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session.addFlashMessage("Saved.", kind: .success)
            session.addFlashMessage("You have mail.")
        }
        try await harness.visit(browser) { #expect($0[.views] == 0, "a request that does not take them leaves them") }
        let messages = try await self.take(harness, browser)
        #expect(messages == [FlashMessage("Saved.", kind: .success), FlashMessage("You have mail.", kind: .info)])
        let again = try await self.take(harness, browser)
        #expect(again.isEmpty)
    }

    @Test("of 32 pages that load at once exactly one shows a message")
    func parallelTakes() async throws {
        let harness = try StoredHarness { $0.clock = .system }
        let browser = harness.browser()
        for round in 0..<20 {
            try await harness.visit(browser) { $0.addFlashMessage("Message \(round)") }
            var sessions: [Session] = []
            for _ in 0..<32 { sessions.append(try await harness.open(browser)) }
            let shown = try await withThrowingTaskGroup(of: [FlashMessage].self) { group in
                for session in sessions { group.addTask { try await session.takeFlashMessages() } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(shown == [FlashMessage("Message \(round)")])
        }
    }

    @Test("messages that parallel requests add are all shown, also one that is added while others are taken")
    func parallelAdditions() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0.addFlashMessage("First") }
        let (left, right, page) = (
            try await harness.open(browser), try await harness.open(browser), try await harness.open(browser)
        )
        left.addFlashMessage("Left")
        right.addFlashMessage("Right")
        try await harness.close(left, browser)
        let messages = try await page.takeFlashMessages()
        #expect(messages.map(\.text) == ["First", "Left"], "what is newer in the store is taken too")
        try await harness.close(page, browser)
        try await harness.close(right, browser)
        let late = try await self.take(harness, browser)
        #expect(late.map(\.text) == ["Right"])
    }

    @Test("a message set in the same request is taken with those that were stored, and none is stored again")
    func sameRequest() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0.addFlashMessage("Stored") }
        try await harness.visit(browser) { session in
            session.addFlashMessage("Added")
            let messages = try await session.takeFlashMessages()
            #expect(messages.map(\.text) == ["Stored", "Added"])
            #expect(!session.hasChanges)
        }
        let again = try await self.take(harness, browser)
        #expect(again.isEmpty)
    }

    @Test("a message that a stranger is shown at once begins no session")
    func stranger() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session.addFlashMessage("Wrong password.", kind: .error)
            session.addFlashMessage("")
            let messages = try await session.takeFlashMessages()
            #expect(messages == [FlashMessage("Wrong password.", kind: .error)])
        }
        #expect(browser.token == nil)
        #expect(try await harness.count == 0)
    }

    @Test("taking messages stores nothing else that the request set, and asks for no write where none waits")
    func nothingElse() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0.addFlashMessage("Stored") }
        let session = try await harness.open(browser)
        session[.theme] = "dark"
        _ = try await session.takeFlashMessages()
        let other = try await harness.open(browser)
        #expect(other[.theme] == nil)
        session.discardChanges()
        try await harness.close(session, browser)
        let writes = harness.store.count(of: .replace)
        let none = try await self.take(harness, browser)
        #expect(none.isEmpty)
        #expect(harness.store.count(of: .replace) == writes)
    }

    @Test("a message set after a login is shown after it; one set before goes along as values do")
    func login() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session.addFlashMessage("Before")
            try await session.logIn("ada", carrying: .none)
            session.addFlashMessage("Welcome")
        }
        let messages = try await self.take(harness, browser)
        #expect(messages.map(\.text) == ["Welcome"])
        try await harness.visit(browser) { session in
            session.addFlashMessage("Kept")
            try await session.logIn("ada", carrying: .only(FlashMessage.valueName))
        }
        let kept = try await self.take(harness, browser)
        #expect(kept.map(\.text) == ["Kept"])
    }

    @Test("ten messages wait at most, of 2,048 bytes in all, and the oldest go")
    func bounds() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        for number in 1...12 { try await harness.visit(browser) { $0.addFlashMessage("Number \(number)") } }
        let many = try await self.take(harness, browser)
        #expect(many.map(\.text) == (3...12).map { "Number \($0)" })
        try await harness.visit(browser) { session in
            for letter in ["a", "b", "c"] { session.addFlashMessage(String(repeating: letter, count: 5_000)) }
        }
        let large = try await self.take(harness, browser)
        #expect(large.map(\.text) == [String(repeating: "c", count: 1_024)])
        #expect(FlashMessage.Kind(String(repeating: "k", count: 99)).name.utf8.count == 32)
    }

    @Test("messages still wait when the store fails, and those of a session that has ended are none")
    func failures() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0.addFlashMessage("Stored") }
        let session = try await harness.open(browser)
        session.addFlashMessage("Added")
        harness.store.injectFault(.failing, [.replace])
        let error = await #expect(throws: SessionError.self) { _ = try await session.takeFlashMessages() }
        #expect(error?.code == .storeUnavailable)
        harness.store.clearFault()
        let messages = try await session.takeFlashMessages()
        #expect(messages.map(\.text) == ["Stored", "Added"])
        try await harness.close(session, browser)

        try await harness.visit(browser) { $0.addFlashMessage("Lost") }
        let slow = try await harness.open(browser)
        try await harness.visit(browser.copy(in: harness)) { try await $0.destroy() }
        slow.addFlashMessage("Here")
        let here = try await slow.takeFlashMessages()
        #expect(here.map(\.text) == ["Here"])
        let late = try await harness.open(browser)
        let none = try await late.takeFlashMessages()
        #expect(none.isEmpty, "a cookie of a session that has just ended fails no page")
    }

    @Test("a stored value that is no list of messages is no message, and goes")
    func unreadable() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let key = SessionKey<Int>(FlashMessage.valueName, default: 0)
        try await harness.visit(browser) { $0[key] = 7 }
        let messages = try await self.take(harness, browser)
        #expect(messages.isEmpty)
        try await harness.visit(browser) { #expect($0.names.isEmpty) }
    }

    @Test("a message survives the redirect under the seal of a cookie; of parallel pages each may show it")
    func sealed() async throws {
        let harness = try SealedHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0.addFlashMessage("Saved.") }
        let (left, right) = (try await harness.open(browser), try await harness.open(browser))
        let shown = [try await left.takeFlashMessages(), try await right.takeFlashMessages()]
        #expect(shown == [[FlashMessage("Saved.")], [FlashMessage("Saved.")]])
        try await harness.close(left, browser)
        try await harness.close(right, browser)
        try await harness.visit(browser) { session in
            let messages = try await session.takeFlashMessages()
            #expect(messages.isEmpty)
        }
    }
}
