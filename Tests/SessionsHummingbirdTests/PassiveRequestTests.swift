//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

/// The example of the article *How a response ends* does what it says.
@Suite("Passive requests")
struct PassiveRequestTests {
    private let clock = ManualClock()
    private let store = FaultySessionStore(MemorySessionStore(), needsDeadline: false)
    private let isListening = Signal()
    private let hasHappened = Signal()

    private func router() throws -> Router<TestRequestContext> {
        var configuration = SessionConfiguration()
        configuration.clock = self.clock.sessionClock
        let engine = try SessionEngine(.stored(in: self.store), configuration: configuration)
        let router = Router(context: TestRequestContext.self)
        let (isListening, hasHappened) = (self.isListening, self.hasHappened)
        let events = AsyncStream {
            isListening.give()
            await hasHappened.wait()
            return "tick"
        }

        let pages = router.group().add(middleware: SessionsMiddleware(engine))
        pages.get("login") { _, context in
            try await context.session.logIn("ada")
            return "in"
        }
        pages.get("logout") { _, context in
            try await context.session.logOut()
            return "out"
        }

        addPassiveRoutes(to: router, engine, events: events)
        return router
    }

    /// Logs in, follows the events, does something that ends the session, and reads how the events ended.
    private func events(_ happening: @escaping @Sendable (BrowsingClient) async throws -> Void) async throws {
        let (isListening, hasHappened, store) = (self.isListening, self.hasHappened, self.store)
        try await Application(
            router: try self.router(),
            configuration: .init(address: .hostname("127.0.0.1", port: 0))
        ).test(.ahc(.http)) { client in
            let browser = BrowsingClient(client: client)
            try await browser.send("/login")
            async let events = browser.send("/events")
            await isListening.wait()
            try await happening(browser)
            let text = try await events.text
            hasHappened.give()
            #expect(text == "event: logout\ndata: bye\n\n")
            #expect(store.count(of: .touch) == 0)
        }
    }

    @Test("an event stream ends when the visitor logs out elsewhere, and never extends the session")
    func logout() async throws {
        let clock = self.clock
        try await self.events { browser in
            try await browser.send("/logout")
            // The store does not report endings, so the session is looked at each second.
            while clock.sleeperCount == 0 { await Task.yield() }
            clock.advance(by: .seconds(1))
        }
    }

    @Test("an event stream keeps no session alive: it ends at the session's idle limit")
    func idleLimit() async throws {
        let clock = self.clock
        try await self.events { _ in
            while clock.sleeperCount == 0 { await Task.yield() }
            clock.advance(by: .minutes(20))
        }
    }

    @Test("a page that polls does not keep its visitor logged in")
    func polling() async throws {
        let clock = self.clock
        try await Application(router: try self.router()).test(.router) { client in
            let browser = BrowsingClient(client: client)
            try await browser.send("/login")
            var answers: [String] = []
            for _ in 0..<5 {
                answers.append(try await browser.send("/status").text)
                clock.advance(by: .minutes(5))
            }
            #expect(answers == ["ada", "ada", "ada", "ada", "no one"])
        }
    }

    @Test("an event stream is not for strangers")
    func strangers() async throws {
        try await Application(router: try self.router()).test(.router) { client in
            let response = try await BrowsingClient(client: client).send("/events")
            #expect(response.status == .unauthorized)
        }
    }
}
#endif
