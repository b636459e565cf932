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
import LogAudit
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

@Suite("Sessions of a PersistDriver that are taken over")
struct PersistDriverImportTests {
    private static let ada = OldSession(userID: "ada", cart: ["tea"])

    @Test(
        "a visitor goes on as who they are, in a session of ours; the old one is gone, and so is its cookie",
        arguments: [false, true])
    func takingOver(encryptedAtRest: Bool) async throws {
        let harness = try ImportHarness(encryptedAtRest: encryptedAtRest)
        let id = try await harness.keep(Self.ada)
        try await harness.serve { client in
            let browser = harness.browser(client, id)
            let response = try await browser.send("/")
            #expect(response.text == "ada, tea, 0")
            #expect(response.headers[.vary] == "Cookie")
            #expect(browser.token.map { SessionToken($0) } != nil)
            #expect(browser.oldCookie == nil)
            let again = try await browser.send("/")
            #expect(again.text == "ada, tea, 0")
        }
        let left = try await harness.left(id)
        let (count, listed) = (
            try await harness.count, try await harness.store.sessions(of: "ada", now: harness.clock.now)
        )
        #expect(left == nil)
        #expect(count == 1 && listed.count == 1)
    }

    @Test("parallel requests with the same old cookie all go on with one and the same session")
    func parallel() async throws {
        let harness = try ImportHarness()
        let id = try await harness.keep(Self.ada)
        try await harness.serve { client in
            let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        let browser = harness.browser(client, id)
                        let response = try await browser.send("/")
                        #expect(response.text == "ada, tea, 0")
                        return browser.token
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(tokens.count == 32)
            #expect(Set(tokens).count == 1 && tokens[0] != nil)
        }
        let count = try await harness.count
        #expect(count == 1)
    }

    @Test("a visitor whose response was lost comes again with the old cookie, and is given the same session")
    func lostResponse() async throws {
        let harness = try ImportHarness()
        let id = try await harness.keep(Self.ada)
        try await harness.serve { client in
            let first = harness.browser(client, id)
            try await first.send("/")
            let second = harness.browser(client, id)
            let response = try await second.send("/")
            #expect(response.text == "ada, tea, 0")
            #expect(second.token == first.token)
        }
    }

    @Test("a log-out ends both, whether it comes with the old cookie or after it, and for good")
    func loggingOut() async throws {
        for isFirst in [true, false] {
            let harness = try ImportHarness()
            let id = try await harness.keep(Self.ada)
            try await harness.serve { client in
                let browser = harness.browser(client, id)
                if !isFirst { try await browser.send("/") }
                try await browser.send("/logout", method: .post)
                #expect(browser.token == nil && browser.oldCookie == nil)
                for wait in [Duration.zero, .minutes(2)] {
                    harness.clock.advance(by: wait)
                    let copy = harness.browser(client, id)
                    let response = try await copy.send("/")
                    #expect(response.text == "nobody, , 0")
                    #expect(copy.token == nil)
                }
            }
            let (left, count) = (try await harness.left(id), try await harness.count)
            #expect(left == nil)
            #expect(count == 0)
        }
    }

    @Test("a request that had read the old session when its user logged out brings nothing back")
    func slowRequest() async throws {
        let harness = try ImportHarness { $0.storeDeadline = .minutes(1) }
        let id = try await harness.keep(Self.ada)
        try await harness.serve { client in
            for wait in [Duration.zero, .seconds(59)] {
                harness.driver.sleepAfterReading()
                let slow = Task { try await harness.browser(client, id).send("/") }
                await harness.driver.untilSomebodySleeps()
                let browser = harness.browser(client, id)
                try await browser.send("/logout", method: .post)
                harness.clock.advance(by: wait)
                harness.driver.wakeUp()
                let response = try await slow.value
                #expect(response.text == "nobody, , 0")
                let count = try await harness.count
                #expect(count == 0)
                harness.clock.advance(by: .minutes(2))
                _ = try await harness.keep(Self.ada)
            }
        }
    }

    @Test("cookies that could be no id are not looked up, and those that are no one's open nothing")
    func hostileCookies() async throws {
        let harness = try ImportHarness()
        let id = try await harness.keep(Self.ada)
        try await harness.serve { client in
            for value in [
                "", "a", "../" + id.dropFirst(3), "\"\(id)\"", id + id, String(id.dropLast()) + "A",
                id.dropLast(2) + "*=",
            ] {
                let response = try await client.executeRequest(
                    uri: "/", method: .get, headers: [.cookie: "SESSION_ID=\(value)"], body: nil)
                #expect(String(buffer: response.body) == "nobody, , 0")
                #expect(response.headers[.setCookie] == nil)
            }
            let two = try await client.executeRequest(
                uri: "/", method: .get, headers: [.cookie: "SESSION_ID=\(id); SESSION_ID=\(id)"], body: nil)
            #expect(String(buffer: two.body) == "nobody, , 0")
            #expect(harness.driver.readCount == 0)
            let unknown = String(repeating: "B", count: 42) + "A="
            let response = try await client.executeRequest(
                uri: "/", method: .get, headers: [.cookie: "SESSION_ID=\(unknown)"], body: nil)
            #expect(String(buffer: response.body) == "nobody, , 0")
            #expect(response.headers[.setCookie] == nil)
            #expect(harness.driver.readCount == 1)
        }
        let count = try await harness.count
        #expect(count == 0)
    }

    @Test("while the driver is down there is 503 with Retry-After, and no one loses a cookie")
    func outage() async throws {
        let harness = try ImportHarness { $0.circuitBreaker = .none }
        let id = try await harness.keep(Self.ada)
        try await harness.serve { client in
            let browser = harness.browser(client, id)
            harness.driver.fail(true)
            let response = try await browser.send("/")
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter] == "5")
            #expect(response.headers[.setCookie] == nil)
            let stranger = try await BrowsingClient(client: client).send("/")
            #expect(stranger.text == "nobody, , 0")
            harness.driver.fail(false)
            let again = try await browser.send("/")
            #expect(again.text == "ada, tea, 0")
        }
    }

    @Test("an old session of another type is no one's, and stays as it is")
    func otherType() async throws {
        let harness = try ImportHarness()
        let id = try await harness.keep(["not": "a session"])
        try await harness.serve { client in
            let browser = harness.browser(client, id)
            let response = try await browser.send("/")
            #expect(response.text == "nobody, , 0")
            #expect(browser.oldCookie == id)
        }
    }

    @Test("a user who is logged in with a session of ours stays logged in, and the old session goes")
    func loggedIn() async throws {
        let harness = try ImportHarness()
        let id = try await harness.keep(Self.ada)
        try await harness.serve { client in
            let browser = BrowsingClient(client: client)
            try await browser.send("/login", method: .post)
            browser.browser.plant(TestCookie(name: "SESSION_ID", value: id, domain: "example.com"))
            let response = try await browser.send("/")
            #expect(response.text == "grace, , 0")
            #expect(browser.oldCookie == nil)
        }
        let (left, count) = (try await harness.left(id), try await harness.count)
        #expect(left == nil)
        #expect(count == 1)
    }

    @Test("what a visitor has of ours already goes on with what is taken over, in one session")
    func anonymous() async throws {
        let harness = try ImportHarness()
        let id = try await harness.keep(Self.ada)
        try await harness.serve { client in
            let browser = harness.browser(client, id)
            try await browser.send("/plain", method: .post)
            let before = browser.token
            let response = try await browser.send("/")
            #expect(response.text == "ada, tea, 1")
            #expect(browser.token != before)
        }
        let count = try await harness.count
        #expect(count == 1)
    }

    @Test("a session that was taken over is no recent login")
    func recentLogin() async throws {
        let harness = try ImportHarness()
        let id = try await harness.keep(Self.ada)
        try await harness.serve { client in
            let response = try await harness.browser(client, id).send("/sensitive")
            #expect(response.status == .unauthorized)
        }
    }

    @Test("an engine without a store is refused in words that say what to change")
    func withoutStore() throws {
        let engine = try SessionEngine(.tokenOnly(with: .ephemeral()))
        let error = #expect(throws: SessionError.self) {
            _ = try PersistDriverImportMiddleware<TestRequestContext, OldSession>(
                engine, from: TroublesomeDriver(), as: OldSession.self, key: .generated()
            ) { _ in nil }
        }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(".stored(in:)") == true)
    }
}
#endif
