//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

extension AdapterConformance {
    static let nestingRules: [AdapterRule] = [
        AdapterRule(.nesting, "an inner middleware of the same engine does nothing") { stage in
            let site = try AdapterSite()
            let browser = try await site.visitor()
            let middleware = AdapterMiddleware(site.engine)
            let route = AdapterRoute(behind: [middleware, middleware]) { session, _ in
                session()[.visits] += 1
                return AdapterAnswer("hello")
            }
            _ = try await stage.answer(to: browser, from: route)
            try stage.check.expect(site.store.count(of: .load), is: 1, "loads")
            try stage.check.expect(try await site.visits(of: browser), is: 2, "the stored counter")
        },
        AdapterRule(.nesting, "two engines on one route have each its session and its cookie") { stage in
            let response = try await stage.expectTwoCookies { AdapterAnswer("hello", status: .created) }
            try stage.check.expect(response.body, is: "hello", "body")
        },
        AdapterRule(.nesting, "two engines on one route have each its cookie on an error as well") { stage in
            let response = try await stage.expectTwoCookies { throw AdapterRefusal(.forbidden) }
            try stage.check.expect(response.status.code, is: 403, "status")
        },
    ]
}

extension AdapterStage {
    /// Lets a stranger begin two sessions on one route.
    fileprivate func expectTwoCookies(
        _ answer: @escaping @Sendable () throws -> AdapterAnswer
    ) async throws -> AdapterResponse {
        let (first, second) = (try AdapterSite(), try AdapterSite { $0.cookie.name = "__Host-second" })
        let browser = first.stranger()
        let middlewares = [AdapterMiddleware(first.engine), AdapterMiddleware(second.engine, isSecond: true)]
        let route = AdapterRoute(behind: middlewares) { session, second in
            try await session().logIn("ada")
            try await second()?.logIn("alan")
            return try answer()
        }
        let response = try await self.answer(to: browser, from: route)
        try self.check.expect(response.cookieNames, is: ["__Host-second", "__Host-session"], "cookies")
        try self.check.expect(try await first.session(of: browser).subject, is: "ada", "who is logged in in one")
        try self.check.expect(try await second.session(of: browser).subject, is: "alan", "who is in the other")
        return response
    }
}
