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
        AdapterRule(.nesting, "an inner middleware of the same engine does nothing") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let middleware = AdapterMiddleware(harness.engine)
            let route = AdapterRoute(behind: [middleware, middleware]) { session, _ in
                try session()[.visits] += 1
                return AdapterHandlerResult("hello")
            }
            _ = try await runner.answer(to: browser, from: route)
            try runner.check.expect(harness.store.count(of: .load), is: 1, "loads")
            try runner.check.expect(try await harness.visits(of: browser), is: 2, "the stored counter")
        },
        AdapterRule(.nesting, "an inner middleware for requests that only look makes its requests passive") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor { try await $0.logIn("ada") }
            let middlewares = [AdapterMiddleware(harness.engine), AdapterMiddleware(harness.engine, isPassive: true)]
            let route = AdapterRoute(behind: middlewares) { session, _ in AdapterHandlerResult(try session().subject) }
            harness.clock.advance(by: .minutes(10))
            _ = try await runner.answer(to: browser, from: route)
            harness.clock.advance(by: .minutes(11))
            try runner.check.expect(try await harness.session(of: browser).subject, is: nil, "who is logged in")
        },
        AdapterRule(.nesting, "an option that an inner middleware cannot follow is refused") { runner in
            let harness = try AdapterHarness()
            let middlewares = [
                AdapterMiddleware(harness.engine), AdapterMiddleware(harness.engine, onStoreFailure: .anonymous),
            ]
            let route = AdapterRoute(behind: middlewares) { _, _ in AdapterHandlerResult("hello") }
            let response = try await runner.answer(to: harness.stranger(), from: route)
            try runner.check.expect(response.status.code, is: 500, "status")
        },
        AdapterRule(.nesting, "two engines on one route have each its session and its cookie") { runner in
            let cookies = try await runner.cookiesOfTwoEngines { AdapterHandlerResult("hello", status: .created) }
            try runner.check.expect(cookies, is: ["__Host-second", "__Host-session"], "cookies")
        },
        AdapterRule(.nesting, "an outer middleware keeps the cookie of an inner one on an error as well") { runner in
            let cookies = try await runner.cookiesOfTwoEngines { throw AdapterHTTPError(.forbidden) }
            try runner.check.expect(cookies.contains("__Host-second"), "the inner cookie is lost: \(cookies)")
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
