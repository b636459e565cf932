//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
import Sessions
import SessionsDeviceBinding
import SessionsTesting
import Testing

/// What the simulated browser does beyond the web-platform tests.
@Suite("The simulated browser of device-bound sessions")
struct DeviceBoundBrowserTests {
    private let clock = ManualClock()
    private let server: ScriptedServer
    private let browser: DeviceBoundBrowser

    init() {
        let server = ScriptedServer(clock: self.clock.sessionClock)
        self.server = server
        self.browser = DeviceBoundBrowser(clock: self.clock.sessionClock) { try server.respond(to: $0) }
    }

    @Test(
        "a refresh answered with a status that ends a session ends it; an outage and a redirect do not",
        arguments: [
            (401, true), (404, true), (429, true), (400, true), (403, true), (500, false), (503, false), (303, false),
        ])
    func status(_ code: Int, _ ends: Bool) async throws {
        try await self.browser.send(.post, "https://example.com/login")
        self.browser.cookies.removeCookies(named: "auth_cookie")
        self.server.configure { $0.refreshResponse = .init(status: .init(code: code)) }
        #expect(try await self.browser.send(.get, "https://example.com/account").status == .unauthorized)
        #expect(self.browser.sessions.isEmpty == ends)
    }

    @Test("nothing is refreshed while the browser has the cookie, so a session that is only in its cookie is lost")
    func refreshNeedsExpiry() async throws {
        try await self.browser.send(.post, "https://example.com/login")
        self.clock.advance(by: .seconds(599))
        try await self.browser.send(.get, "https://example.com/account")
        #expect(self.server.requests(for: "/dbsc/refresh").isEmpty)
        self.clock.advance(by: .seconds(1))
        try await self.browser.send(.get, "https://example.com/account")
        let refreshes = self.server.requests(for: "/dbsc/refresh")
        #expect(!refreshes.isEmpty)
        let cookies = refreshes.map { $0.headerFields[.cookie] ?? "" }
        #expect(!cookies.contains { $0.contains("auth_cookie") }, "and the refresh does not have it")
    }

    @Test("a server that is never satisfied gets four proofs, and the session ends")
    func tooManyChallenges() async throws {
        try await self.browser.send(.post, "https://example.com/login")
        let id = try #require(self.browser.sessions.first.flatMap { SessionID($0.id) })
        self.browser.cookies.removeCookies(named: "auth_cookie")
        let fields: HTTPFields = [.secureSessionChallenge: DeviceBindingField.challenge("c", for: id) ?? ""]
        self.server.configure { $0.refreshResponse = .init(status: .forbidden, headerFields: fields) }
        try await self.browser.send(.get, "https://example.com/account")
        #expect(self.browser.events.last?.reason == .tooManyChallenges)
        let proofs = self.server.requests(for: "/dbsc/refresh").map { $0.headerFields[.secureSessionResponse] }
        #expect(proofs.count == 5 && proofs[0] == nil)
        #expect(Set(proofs).count == 2, "a challenge that comes again is not signed again")
    }

    @Test("parallel requests of one session share one refresh")
    func parallel() async throws {
        try await self.browser.send(.post, "https://example.com/login")
        self.browser.cookies.removeCookies(named: "auth_cookie")
        let browser = self.browser
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<32 {
                group.addTask { try await browser.send(.get, "https://example.com/account").status.code }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses == [Int](repeating: 200, count: 32))
        #expect(self.browser.events.map(\.kind) == [.registered, .refreshed])
    }

    @Test("an offer without ES256 is not taken")
    func noAlgorithm() async throws {
        let browser = DeviceBoundBrowser(clock: self.clock.sessionClock) { _ in
            .init(headerFields: [.secureSessionRegistration: #"(RS256 none);path="/r";challenge="c""#])
        }
        try await browser.send(.post, "https://example.com/login")
        #expect(browser.events.map(\.reason) == [.noAlgorithm])
    }

    @Test(
        "JSON that is none, or lacks a name, makes no session",
        arguments: [
            "", "null", "[]", "{}", #"{"session_identifier":"a"}"#,
            #"{"session_identifier":"a","scope":{},"credentials":[{"type":"cookie","name":"a","attributes":""}]}"#,
            #"{"session_identifier":"a","scope":{"include_site":false},"credentials":[]}"#,
        ])
    func invalidJSON(_ json: String) async throws {
        let browser = DeviceBoundBrowser(clock: self.clock.sessionClock) { request in
            guard request.url.hasSuffix("/login") else { return .init(body: json) }
            return .init(headerFields: [.secureSessionRegistration: #"(ES256);path="/r";challenge="c""#])
        }
        try await browser.send(.post, "https://example.com/login")
        #expect(browser.events.map(\.reason) == [.invalidJSON])
    }
}
#endif
