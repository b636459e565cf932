//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID
import LogAudit
import Sessions
import SessionsOpenID
import SessionsTesting
import TestSupport

/// An application whose users log in with a provider.
struct OpenIDHarness {
    let provider = TestProvider()
    let harness: EngineHarness
    let store: MemorySessionStore
    let logins: OpenIDSessions

    init(_ configure: (inout SessionConfiguration) -> Void = { _ in }) throws {
        let harness = try EngineHarness { configure(&$0) }
        let keys = self.provider.keys
        self.harness = harness
        self.store = harness.store
        self.logins = try OpenIDSessions(
            OpenIDProvider(issuer: TestProvider.issuer, clientID: TestProvider.clientID) { keys },
            engine: harness.engine,
            in: harness.store
        )
    }

    /// A browser in which a user is logged in by the provider.
    func browser(_ user: String = "ada", sid: String? = "s1", sub: String = "u1") async throws -> TestBrowser {
        let browser = self.harness.browser()
        let response = try await self.harness.visit(browser) {
            try await self.logins.logIn(user, as: sub, providerSession: sid, in: $0)
        }
        LogAudit.noteTokens(in: response)
        self.harness.clock.advance(by: .milliseconds(1))
        return browser
    }

    /// A logout token of the provider.
    func token(sid: String? = "s1", sub: String? = "u1") throws -> String {
        try self.provider.token(self.provider.claims(sid: sid, sub: sub, now: self.harness.now))
    }

    func end(sid: String? = "s1", sub: String? = "u1") async throws -> Int {
        try await self.logins.end(byToken: try self.token(sid: sid, sub: sub))
    }

    func isLoggedIn(_ browser: TestBrowser) async throws -> Bool {
        var isLoggedIn = false
        try await self.harness.visit(browser) { isLoggedIn = $0.isAuthenticated }
        return isLoggedIn
    }
}
#endif
