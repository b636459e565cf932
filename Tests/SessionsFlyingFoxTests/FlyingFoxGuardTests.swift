//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import FlyingFox
import HTTPTypes
import Sessions
import SessionsFlyingFox
import SessionsTesting
import Testing

@Suite("Guards on FlyingFox")
struct FlyingFoxGuardTests {
    @Test("what an administrator must not do as someone else gets 403 while acting, and works before and after")
    func acting() async throws {
        let harness = try FlyingFoxHarness { routes in
            routes.appendRoute("POST /act") { (request: FlyingFox.HTTPRequest) in
                try await request.session.act(as: "bob", reason: "ticket 7", for: .seconds(60))
                return HTTPResponse(statusCode: .ok)
            }
            routes.appendRoute("POST /stop") { (request: FlyingFox.HTTPRequest) in
                try await request.session.stopActing()
                return HTTPResponse(statusCode: .ok)
            }
            let done = ClosureHTTPHandler { _ in HTTPResponse(statusCode: .ok) }
            routes.appendRoute("POST /refused", to: RefuseWhileActing(handler: done))
        }
        let fields: HTTPFields = [.origin: FlyingFoxBrowser.origin]
        #expect(try await harness.browser().send(.POST, "/refused", fields).status == 401)
        let ada = try await harness.browser(of: "ada")
        #expect(try await ada.send(.POST, "/refused", fields).status == 200)
        #expect(try await ada.send(.POST, "/act", fields).status == 200)
        let refused = try await ada.send(.POST, "/refused", fields)
        #expect(refused.status == 403 && refused.text.contains("refused_while_acting"))
        #expect(try await ada.send(.POST, "/stop", fields).status == 200)
        #expect(try await ada.send(.POST, "/refused", fields).status == 200)
    }

    @Test("a guard without a session is an error of the application, and not a login page")
    func missingMiddleware() async throws {
        let guarded = RequireLogin(try .redirect(to: "/login"), handler: makeRoutes())
        var handler = RoutedHTTPHandler()
        handler.appendRoute("*", to: guarded)
        let browser = FlyingFoxBrowser(handler: handler, browser: TestBrowser())
        let error = await #expect(throws: SessionError.self) { try await browser.send(.GET, "/", .ofBrowser) }
        #expect(error?.code == .configuration)
    }
}
#endif
