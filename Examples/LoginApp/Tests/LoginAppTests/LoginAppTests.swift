//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import GRDB
import Hummingbird
import HummingbirdTesting
import Sessions
import SessionsHummingbirdTesting
import Testing

@testable import LoginApp

@Suite("LoginApp")
struct LoginAppTests {
    let clock = ManualClock()
    let users: Users
    let engine: SessionEngine
    let ada = ["name": "ada", "password": "correct horse battery"]

    init() throws {
        var configuration = SessionConfiguration()
        configuration.clock = self.clock.sessionClock
        self.users = try Users(try DatabaseQueue())
        self.engine = try SessionEngine(
            .stored(in: MemorySessionStore()), configuration: configuration,
            transports: [CookieTransport(), BearerTransport()])
    }

    func test(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await Application(router: try Routes(users: self.users, engine: self.engine).router()).test(.router, body)
    }

    @Test("a signed-in user sees their account")
    func account() async throws {
        let user = try #require(try await self.users.register("ada", "correct horse battery"))
        try await self.test { client in
            let browser = BrowserClient(client)
            try await browser.logIn(user.id, with: self.engine)
            #expect(try await browser.get("/account").text.contains("Hello, ada."))
        }
    }

    @Test("a visitor registers, logs out, and logs in again where they wanted to go")
    func registration() async throws {
        try await self.test { client in
            let browser = BrowserClient(client)
            #expect(try await browser.logIn(submitting: self.ada, to: "/register").text.contains("Welcome, ada."))
            #expect(try await browser.submit([:], to: "/logout").text.contains("You are logged out."))
            let login = try await browser.get("/account/sessions")
            #expect(login.url == "https://example.com/login?next=%2Faccount%2Fsessions")
            let form = self.ada.merging(["next": "/account/sessions"]) { $1 }
            #expect(try await browser.logIn(submitting: form, to: "/login").path == "/account/sessions")
            #expect(try await BrowserClient(client).submit(self.ada, to: "/register").text.contains("is taken"))
        }
    }

    @Test("a wrong password, an unknown user and a short password are refused")
    func refusals() async throws {
        _ = try await self.users.register("ada", "correct horse battery")
        try await self.test { client in
            let browser = BrowserClient(client)
            for name in ["ada", "bob"] {
                let reply = try await browser.submit(["name": name, "password": "wrong"], to: "/login")
                #expect(reply.status == .unprocessableContent)
                #expect(reply.text.contains("Name or password is wrong."))
            }
            let short = try await browser.submit(["name": "bob", "password": "short"], to: "/register")
            #expect(short.text.contains("at least 15 characters"))
            #expect(browser.browser.cookies.isEmpty)
        }
    }

    @Test("only a user who asked to stay logged in is remembered")
    func remembering() async throws {
        try await self.test { client in
            let desk = BrowserClient(client, clock: self.clock.sessionClock)
            let phone = BrowserClient(client, clock: self.clock.sessionClock)
            try await desk.logIn(submitting: self.ada, to: "/register")
            try await phone.logIn(submitting: self.ada.merging(["remember": "on"]) { $1 }, to: "/login")
            self.clock.advance(by: .seconds(24 * 3_600))
            #expect(try await desk.get("/account").path == "/login")
            #expect(try await phone.get("/account").path == "/account")
        }
    }

    @Test("the profile form saves, says so once, and refuses other sites")
    func profile() async throws {
        try await self.test { client in
            let browser = BrowserClient(client)
            try await browser.logIn(submitting: self.ada, to: "/register")
            let saved = try await browser.submit(["displayName": "<Ada>"], to: "/account")
            #expect(saved.text.contains("Your profile is saved.") && saved.text.contains("Hello, &lt;Ada&gt;."))
            #expect(try await !browser.get("/account").text.contains("Your profile is saved."))
            let forged = try await browser.submit(
                ["displayName": "Eve"], to: "/account", initiatedBy: .crossSiteSubresource)
            #expect(forged.status == .forbidden && forged.text.contains("<!DOCTYPE html>"))
        }
    }

    @Test("a program logs in with JSON and ends its session")
    func api() async throws {
        _ = try await self.users.register("ada", "correct horse battery")
        try await self.test { client in
            let login = try await client.execute(
                uri: "/api/login", method: .post, headers: [.contentType: "application/json"],
                body: ByteBuffer(string: #"{"name":"ada","password":"correct horse battery"}"#))
            let token = try #require(String(buffer: login.body).split(separator: "\"").dropFirst(3).first)
            #expect(!login.headers.contains(.setCookie))
            let headers: HTTPFields = [.authorization: "Bearer \(token)"]
            let me = try await client.execute(uri: "/api/me", method: .get, headers: headers)
            #expect(String(buffer: me.body).contains(#""displayName":"ada""#))
            #expect(try await client.execute(uri: "/api/logout", method: .post, headers: headers).status == .noContent)
            #expect(try await client.execute(uri: "/api/me", method: .get, headers: headers).status == .unauthorized)
            #expect(try await client.execute(uri: "/health", method: .get).status == .ok)
        }
    }
}
