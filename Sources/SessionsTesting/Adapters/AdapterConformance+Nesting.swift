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
            let cookies = try await stage.cookiesOfTwoEngines { AdapterAnswer("hello", status: .created) }
            try stage.check.expect(cookies, is: ["__Host-second", "__Host-session"], "cookies")
        },
        AdapterRule(.nesting, "an outer middleware keeps the cookie of an inner one on an error as well") { stage in
            let cookies = try await stage.cookiesOfTwoEngines { throw AdapterRefusal(.forbidden) }
            try stage.check.expect(cookies.contains("__Host-second"), "the cookie of the inner one is lost: \(cookies)")
        },
    ]
}

extension AdapterStage {
    /// Lets a stranger log in to two sessions on one route.
    fileprivate func cookiesOfTwoEngines(
        _ answer: @escaping @Sendable () throws -> AdapterAnswer
    ) async throws -> [String] {
        let (first, second) = (try AdapterSite(), try AdapterSite { $0.cookie.name = "__Host-second" })
        let middlewares = [AdapterMiddleware(first.engine), AdapterMiddleware(second.engine, isSecond: true)]
        let route = AdapterRoute(behind: middlewares) { session, second in
            try await session().logIn("ada")
            try await second()?.logIn("alan")
            return try answer()
        }
        return try await self.answer(to: first.stranger(), from: route).cookieNames
    }
}
