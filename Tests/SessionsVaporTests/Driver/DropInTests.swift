//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import Sessions
import SessionsTesting
import SessionsVapor
import Testing
import Vapor

/// What became of a login application that 32 clients use at once.
private struct Findings: Equatable {
    var visits = ""
    var clients = 0
    var hasNewIDAfterLogin = false
    var isLoggedInAfterLogout = false
}

@Suite("A login application of Vapor, before and after the drop-in")
struct DropInTests {
    @Test("with one line it loses no increment, logs in under a new id, and revives nothing")
    func dropIn() async throws {
        let engine = try SessionEngine(.stored(in: MemorySessionStore()))
        let findings = try await self.findings { app in
            app.sessions.use { _ in EngineSessionDriver(engine, counters: ["visits"]) }
        }
        #expect(
            findings
                == Findings(visits: "33", clients: 33, hasNewIDAfterLogin: true, isLoggedInAfterLogout: false))
    }

    @Test("without the line the same application loses increments, keeps the id of the login, and revives its user")
    func memory() async throws {
        let findings = try await self.findings { _ in }
        #expect(
            findings == Findings(visits: "2", clients: 2, hasNewIDAfterLogin: false, isLoggedInAfterLogout: true))
    }

    private func findings(_ configure: (Application) -> Void) async throws -> Findings {
        let login = LoginApplication()
        return try await RunningApplication.with { app in
            configure(app)
            login.addRoutes(to: app)
        } body: { application in
            let client = ApplicationClient(application)
            let result: Result<Findings, any Error>
            do {
                result = .success(try await self.findings(client, login.gate))
            } catch {
                result = .failure(error)
            }
            login.gate.open()
            try await client.close()
            return try result.get()
        }
    }

    private func findings(_ client: ApplicationClient, _ gate: Gate) async throws -> Findings {
        var findings = Findings()
        // One visitor with 32 clients, whose requests all have read the session before one writes it.
        let browser = Browser(client: client)
        try await browser.send(.post, "/visit/first")
        gate.expect(32)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<32 { group.addTask { try await browser.send(.post, "/visit/\(index)") } }
            try await group.waitForAll()
        }
        gate.expect(1)
        let values = try await browser.send(.get, "/data").body.split(separator: ",")
        findings.visits = values.first { $0.hasPrefix("visits=") }.map { String($0.dropFirst(7)) } ?? ""
        findings.clients = values.count { $0.hasPrefix("client ") }
        // Someone else knows the cookie of before the login.
        let thief = browser.copy()
        try await browser.send(.post, "/login/ada")
        #expect(try await browser.send(.get, "/me").body == "ada")
        findings.hasNewIDAfterLogin = try await thief.send(.get, "/me").status == .unauthorized
        // A request is on its way while its user logs out.
        gate.close()
        let (slow, replay) = (browser.copy(), browser.copy())
        async let slowly = slow.send(.post, "/visit/slow")
        await gate.untilFull()
        try await browser.send(.post, "/logout")
        gate.open()
        _ = try await slowly
        for browser in [slow, replay] where try await browser.send(.get, "/me").body == "ada" {
            findings.isLoggedInAfterLogout = true
        }
        return findings
    }
}

/// A browser in front of a server.
private struct Browser: Sendable {
    let client: ApplicationClient
    var cookies = TestBrowser()

    @discardableResult
    func send(_ method: HTTPTypes.HTTPRequest.Method, _ path: String) async throws -> AdapterResponse {
        var request = AdapterRequest(method, path: path)
        self.cookies.addCookies(to: &request.headerFields, for: "https://example.com\(path)")
        let response = try await self.client.send(request)
        self.cookies.receive(response.headerFields, from: "https://example.com\(path)")
        return response
    }

    /// Another browser with the same cookies.
    func copy() -> Browser {
        let copy = TestBrowser()
        for cookie in self.cookies.cookies { copy.plant(cookie) }
        return Browser(client: self.client, cookies: copy)
    }
}
#endif
