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

@Suite("Guards and users on Vapor")
struct VaporGuardTests {
    @Test("Vapor's own guard sees the user of the session, until the user logs out")
    func guardOfVapor() async throws {
        try await GuideApplication().run { harness async throws in
            #expect(try await harness.browser().send(.GET, "/profile").status == 401)
            let ada = try await harness.browser(of: "ada")
            #expect(try await ada.send(.GET, "/profile").text == "ADA")
            try await ada.send(.POST, "/logout", [.origin: VaporBrowser.origin])
            #expect(try await ada.send(.GET, "/profile").status == 401)
            #expect(ada.browser.cookies.isEmpty)
        }
    }

    @Test("a handler that logs a user out of Vapor's auth ends the session, even if it then throws")
    func logoutOfAuth() async throws {
        try await GuideApplication().run(addOtherRoutes: { app in
            app.post("auth", "logout") { request in
                request.auth.logout(User.self)
                return ""
            }
            app.post("auth", "leave") { request -> String in
                request.auth.logout(User.self)
                throw Abort.redirect(to: "/")
            }
            app.post("auth", "switch") { request in
                try await request.currentSession.logIn("alan")
                request.auth.logout(User.self)
                return ""
            }
        }) { harness async throws in
            for path in ["/auth/logout", "/auth/leave"] {
                let ada = try await harness.browser(of: "ada")
                let copy = TestBrowser(clock: harness.clock.sessionClock)
                var fields = HTTPFields()
                ada.browser.addCookies(to: &fields, for: VaporBrowser.origin)
                try await ada.send(.POST, path, [.origin: VaporBrowser.origin])
                #expect(ada.browser.cookies.isEmpty)
                let replay = VaporBrowser(application: harness.application, browser: copy)
                #expect(try await replay.send(.GET, "/api/me", fields).status == 401)
            }
            let ada = try await harness.browser(of: "ada")
            try await ada.send(.POST, "/auth/switch", [.origin: VaporBrowser.origin])
            #expect(try await ada.send(.GET, "/api/me").text == "ALAN")
        }
    }
}
#endif
