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
            let site = try AdapterHarness()
            let browser = try await site.visitor()
            let middleware = AdapterMiddleware(site.engine)
            let route = AdapterRoute(behind: [middleware, middleware]) { session, _ in
                try session()[.visits] += 1
                return AdapterHandlerResult("hello")
            }
            _ = try await stage.answer(to: browser, from: route)
            try stage.check.expect(site.store.count(of: .load), is: 1, "loads")
            try stage.check.expect(try await site.visits(of: browser), is: 2, "the stored counter")
        },
        AdapterRule(.nesting, "an inner middleware for requests that only look makes its requests passive") { stage in
            let site = try AdapterHarness()
            let browser = try await site.visitor { try await $0.logIn("ada") }
            let middlewares = [AdapterMiddleware(site.engine), AdapterMiddleware(site.engine, isPassive: true)]
            let route = AdapterRoute(behind: middlewares) { session, _ in AdapterHandlerResult(try session().subject) }
            site.clock.advance(by: .minutes(10))
            _ = try await stage.answer(to: browser, from: route)
            site.clock.advance(by: .minutes(11))
            try stage.check.expect(try await site.session(of: browser).subject, is: nil, "who is logged in")
        },
        AdapterRule(.nesting, "an option that an inner middleware cannot follow is refused") { stage in
            let site = try AdapterHarness()
            let middlewares = [
                AdapterMiddleware(site.engine), AdapterMiddleware(site.engine, onStoreFailure: .anonymous),
            ]
            let route = AdapterRoute(behind: middlewares) { _, _ in AdapterHandlerResult("hello") }
            let response = try await stage.answer(to: site.stranger(), from: route)
            try stage.check.expect(response.status.code, is: 500, "status")
        },
        AdapterRule(.nesting, "two engines on one route have each its session and its cookie") { stage in
            let cookies = try await stage.cookiesOfTwoEngines { AdapterHandlerResult("hello", status: .created) }
            try stage.check.expect(cookies, is: ["__Host-second", "__Host-session"], "cookies")
        },
        AdapterRule(.nesting, "an outer middleware keeps the cookie of an inner one on an error as well") { stage in
            let cookies = try await stage.cookiesOfTwoEngines { throw AdapterHTTPError(.forbidden) }
            try stage.check.expect(cookies.contains("__Host-second"), "the cookie of the inner one is lost: \(cookies)")
        },
    ]
}

extension AdapterRunner {
    /// Lets a new browser log in to two sessions on one route.
    fileprivate func cookiesOfTwoEngines(
        _ answer: @escaping @Sendable () throws -> AdapterHandlerResult
    ) async throws -> [String] {
        let (first, second) = (try AdapterHarness(), try AdapterHarness { $0.cookie.name = "__Host-second" })
        let middlewares = [AdapterMiddleware(first.engine), AdapterMiddleware(second.engine, isSecond: true)]
        let route = AdapterRoute(behind: middlewares) { session, second in
            try await session().logIn("ada")
            try await second()?.logIn("alan")
            return try answer()
        }
        return try await self.answer(to: first.stranger(), from: route).cookieNames
    }
}
