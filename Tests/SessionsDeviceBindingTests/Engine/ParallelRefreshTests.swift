//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
import LogAudit
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsDeviceBinding

@Suite("Parallel refreshes of bound sessions")
struct ParallelRefreshTests {
    /// A session whose device the test has.
    private struct Bound {
        let application: BoundApplication
        let device = TestDevice()
        let id: SessionID
        /// The cookie of the registration.
        let cookie: String

        init(_ application: BoundApplication) async throws {
            self.application = application
            let login = try await application.send(.post, BoundApplication.origin + "/login")
            let cookie = Self.cookie(of: login) ?? ""
            self.id = try #require(SessionToken(String(cookie.dropFirst("__Host-session=".count)))?.id)
            guard case .found(let record) = try await application.store.load(self.id, now: application.clock.now)
            else { throw BoundApplication.Missing() }
            let challenge = try application.boundSession(record, self.device).challenge(for: .registration)
            let registration: HTTPFields = [
                .cookie: cookie, .secureSessionResponse: try self.device.registration(challenge),
            ]
            let response = try await application.send(.post, BoundApplication.registration, registration)
            self.cookie = try #require(Self.cookie(of: response))
        }

        static func cookie(of response: BoundApplication.Response) -> String? {
            response.headerFields[.setCookie].map { String($0.prefix { $0 != ";" }) }
        }

        /// Refreshes as a tab does: it signs its own challenge, and another one when its own is used.
        ///
        /// - Returns: The cookie that it gets, if any.
        func refresh(with cookie: String?) async throws -> String? {
            var fields: HTTPFields = [.secureSessionID: "\(self.id)"]
            fields[.cookie] = cookie
            for _ in 0..<64 {
                let response = try await self.application.send(.post, BoundApplication.refresh, fields)
                if response.status == .ok {
                    #expect(response.body.contains("\"\(self.id)\""))
                    return Self.cookie(of: response)
                }
                let field = response.headerFields[.secureSessionChallenge] ?? ""
                fields[.secureSessionResponse] = try self.device.refresh(
                    String(field.dropFirst().prefix { $0 != "\"" }))
            }
            throw BoundApplication.Missing()
        }

        /// 32 refreshes at once.
        ///
        /// - Returns: What each of them gets.
        func refreshes(with cookie: String?) async throws -> [String?] {
            try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<32 { group.addTask { try await self.refresh(with: cookie) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }

        func account(_ cookie: String) async throws -> String {
            try await self.application.send(.get, BoundApplication.origin + "/account", [.cookie: cookie]).body
        }
    }

    @Test("32 refreshes at once have one successor, and no one is logged out", arguments: EngineDriver.allCases)
    func oneSuccessor(_ driver: EngineDriver) async throws {
        let application = try BoundApplication(.offered(), driver)
        let bound = try await Bound(application)
        application.clock.advance(by: .seconds(500))
        let successors = Set(try await bound.refreshes(with: bound.cookie))
        #expect(successors.count == 1)
        #expect(!successors.contains(bound.cookie) && !successors.contains(nil))
        for cookie in successors.compactMap(\.self) + [bound.cookie] {
            #expect(try await bound.account(cookie) == "bound")
        }
        #expect(application.takeEvents().filter { $0 == "device_refreshed" }.count >= 1)
    }

    @Test(
        "32 refreshes at once without a cookie log no one out, whichever response the browser keeps",
        arguments: EngineDriver.allCases)
    func withoutCookie(_ driver: EngineDriver) async throws {
        let application = try BoundApplication(.offered(), driver)
        let bound = try await Bound(application)
        for round in 0..<4 {
            application.clock.advance(by: .seconds(700))
            let delivered = try await bound.refreshes(with: nil).compactMap(\.self)
            // One, and another in case that its response is lost.
            #expect((1...2).contains(delivered.count))
            #expect(Set(delivered).count == delivered.count)
            for cookie in delivered { #expect(try await bound.account(cookie) == "bound") }
            application.clock.advance(by: .seconds(599))
            for cookie in delivered { #expect(try await bound.account(cookie) == "bound") }
            let kept = delivered[round % delivered.count]
            let successor = try #require(try await bound.refresh(with: kept))
            #expect(try await bound.account(successor) == "bound")
        }
        #expect(!application.takeEvents().contains { $0.hasPrefix("refused") || $0.hasPrefix("unbound") })
    }

    @Test("a response that is lost costs nothing: the next refresh without a cookie gets another, and the third none")
    func lostResponse() async throws {
        let application = try BoundApplication()
        let bound = try await Bound(application)
        application.clock.advance(by: .seconds(700))
        let first = try #require(try await bound.refresh(with: nil))
        application.clock.advance(by: .seconds(4))
        let second = try #require(try await bound.refresh(with: nil))
        #expect(first != second)
        #expect(try await bound.refresh(with: nil) == nil)
        #expect(try await bound.refresh(with: first) == nil, "it has one that works")
        #expect(try await bound.refresh(with: second) == second)
        for cookie in [first, second] { #expect(try await bound.account(cookie) == "bound") }
        // The third browser request that lost its response waits for the end of the 5 seconds.
        application.clock.advance(by: .seconds(1))
        let third = try #require(try await bound.refresh(with: nil))
        for cookie in [second, third] { #expect(try await bound.account(cookie) == "bound") }
    }

    @Test("a cookie that lives for a second is refreshed every second")
    func shortLifetime() async throws {
        let application = try BoundApplication(.offered(cookieLifetime: .seconds(1)))
        let bound = try await Bound(application)
        var cookies: Set<String> = [bound.cookie]
        for _ in 0..<5 {
            application.clock.advance(by: .seconds(1))
            let cookie = try #require(try await bound.refresh(with: nil))
            #expect(cookies.insert(cookie).inserted)
            #expect(try await bound.account(cookie) == "bound")
        }
    }

    @Test("32 requests at once after the cookie expired share one refresh of their browser")
    func oneBrowser() async throws {
        let application = try BoundApplication()
        let browser = try await application.boundBrowser()
        for round in 1...10 {
            application.clock.advance(by: .seconds(600))
            let bodies = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<32 { group.addTask { try await browser.account().body } }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(bodies == [String](repeating: "bound", count: 32))
            #expect(browser.events.count { $0.kind == .refreshed } == round)
        }
        #expect(browser.events.count == 11)
    }

    @Test("a refresh while the user authenticates again finds the newer record")
    func duringReauthentication() async throws {
        let application = try BoundApplication()
        let browser = try await application.boundBrowser()
        let slow = try await application.engine.open(
            SessionRequest(headerFields: try browser.stolenFields(), isSecure: true), logger: LogAudit.logger())
        application.clock.advance(by: .seconds(600))
        #expect(try await browser.account().status == .ok)
        try await slow.reauthenticate()
        var fields: HTTPFields = [:]
        try await application.engine.close(slow, response: &fields)
        application.clock.advance(by: .seconds(600))
        #expect(try await browser.account().body == "bound")
    }
}
#endif
