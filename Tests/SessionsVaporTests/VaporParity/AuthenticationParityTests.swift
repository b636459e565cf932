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

@Suite("Authentication of Vapor in sessions")
struct AuthenticationParityTests {
    @Test("session.authenticate")
    func authenticate() async throws {
        try await self.answers("true") { session in
            session[.visits] = 1
            try await session.save()
            let before = session.id
            try await session.logIn("ada")
            return "\(before != nil && session.id != before)"
        }
    }

    @Test("session.unauthenticate")
    func unauthenticate() async throws {
        try await self.answers("false") { session in
            try await session.logIn("ada")
            try await session.logOut()
            return "\(session.isAuthenticated)"
        }
    }

    @Test("session.authenticated")
    func authenticated() async throws {
        try await self.answers("no one, ada") { session in
            let before = session.subject ?? "no one"
            try await session.logIn("ada")
            return "\(before), \(session.subject ?? "")"
        }
    }

    @Test("SessionAuthenticator")
    func authenticator() async throws {
        try await ParityHarness().run { app in
            app.middleware.use(LoadUser { subject, request in User(id: subject, name: "Ada") })
            app.get("login") { request in
                try await request.currentSession.logIn("ada")
                return ""
            }
            app.get("me") { try $0.auth.require(User.self).name }
        } _: { harness async throws in
            let browser = harness.browser()
            #expect(try await browser.send(.GET, "/me").status == 401)
            try await browser.send(.GET, "/login")
            #expect(try await browser.send(.GET, "/me").text == "Ada")
        }
    }

    @Test("guardMiddleware()")
    func guardMiddleware() async throws {
        try await ParityHarness().run { app in
            app.grouped(RequireLogin()).get("me") { _ in "" }
        } _: { harness async throws in
            #expect(try await harness.browser().send(.GET, "/me").status == 401)
        }
    }

    @Test("redirectMiddleware(path:)")
    func redirectMiddleware() async throws {
        try await ParityHarness().run { app in
            let response = try GuardResponse.redirect(to: "/login")
            app.grouped(RequireLogin(response)).get("me") { _ in "" }
        } _: { harness async throws in
            let reply = try await harness.browser().send(.GET, "/me", .ofBrowser)
            #expect(reply.status == 303 && reply.fields[.location] == "/login?next=%2Fme")
        }
    }

    private func answers(
        _ text: String,
        _ handler: @escaping @Sendable (Sessions.Session) async throws -> String
    ) async throws {
        try await ParityHarness().run { app in
            app.get { try await handler(try $0.currentSession) }
        } _: { harness async throws in
            #expect(try await harness.browser().send(.GET, "/").text == text)
        }
    }
}
#endif
