//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if OpenID && Vapor
import Sessions
import SessionsOpenID
import Testing
import Vapor
import VaporTesting

@Suite("OpenID logout, with Vapor")
struct OpenIDVaporRouteTests {
    @Test("the route of Vapor ends the sessions that a token names, and refuses any other body")
    func route() async throws {
        let harness = try OpenIDHarness()
        let browser = try await harness.browser()
        let token = try harness.token()
        let responder = OpenIDLogoutResponder(harness.logins)
        try await withApp(configure: { responder.add(to: $0, at: "openid", "logout") }) { app async throws in
            let post = { (body: String, contentType: String) in
                let headers: HTTPHeaders = ["Content-Type": contentType]
                return try await app.testing(method: .running(port: 0)).sendRequest(
                    .POST, "/openid/logout", headers: headers, body: ByteBuffer(string: body)
                ).status.code
            }
            let form = "application/x-www-form-urlencoded"
            #expect(try await post("logout_token=x", form) == 400)
            #expect(try await post("logout_token=\(token)", "text/plain") == 400)
            let padding = String(repeating: "x", count: OpenIDLogoutResponder.maximumBodySize)
            #expect(try await post("logout_token=\(token)&padding=\(padding)", form) == 413)
            #expect(try await harness.isLoggedIn(browser))
            #expect(try await post("logout_token=\(token)", form) == 200)
            #expect(try await post("logout_token=\(token)", form) == 400)
            #expect(try await harness.isLoggedIn(browser) == false)
        }
    }
}
#endif
