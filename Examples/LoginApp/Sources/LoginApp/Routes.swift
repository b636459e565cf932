//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Sessions
import SessionsHummingbird

/// All routes. The server and its tests create them with engines of their own.
struct Routes: Sendable {
    let users: Users
    let engine: SessionEngine

    func router() throws -> Router<AppContext> {
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ErrorPages())
        router.get("health") { _, _ -> HTTPResponse.Status in
            try await self.users.check()
            return .ok
        }

        let visited = router.group()
            .add(middleware: SessionsMiddleware(self.engine))
            .add(middleware: LoadUser(into: \.user) { id in try await self.users.find(id) })
        let pages = visited.group().add(middleware: CSRFMiddleware())
        pages.get { request, context -> Response in
            let content: HTML =
                context.user.map { "<p>Hello, \($0.displayName). <a href=\"/account\">Your account</a></p>" }
                ?? "<p><a href=\"/login\">Log in</a> or <a href=\"/register\">register</a></p>"
            return content.page("LoginApp", try await context.session.takeFlashMessages(for: request))
        }
        self.addLogin(to: pages)
        self.addAccount(to: pages.group("account").add(middleware: try RequireLogin(.redirect(to: "/login"))))

        // A program's login has neither a session nor an origin.
        var protection = CSRFProtection.Configuration()
        protection.undecided = .allowAnonymous
        self.addAPI(to: visited.group("api").add(middleware: CSRFMiddleware(try CSRFProtection(protection))))
        return router
    }
}
