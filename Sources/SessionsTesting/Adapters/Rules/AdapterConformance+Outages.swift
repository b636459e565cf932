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
    static let outageRules: [AdapterRule] = [
        AdapterRule(.outages, "a store that does not answer is 503 with Retry-After, and no cookie is touched") {
            runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            harness.store.injectFault(.failing, .load)
            let route = AdapterRoute(of: harness) { session in AdapterHandlerResult("\(session[.visits])") }
            let response = try await runner.answer(to: browser, from: route)
            try runner.check.expect(response.status.code, is: 503, "status")
            try runner.check.expect(response.headerFields[.retryAfter], is: "5", "Retry-After")
            try runner.check.expect(response.cookieNames, is: [], "cookies")
        },
        AdapterRule(.outages, "a response whose session cannot be stored does not go out") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            harness.store.injectFault(.failing, .replace)
            let route = AdapterRoute(of: harness) { session in
                session[.visits] += 1
                return AdapterHandlerResult("done", headerFields: [.location: "/done"])
            }
            let response = try await runner.answer(to: browser, from: route)
            try runner.check.expect(response.status.code, is: 503, "status")
            try runner.check.expect(response.body.contains("done"), is: false, "whether the body went out")
            try runner.check.expect(response.headerFields[.location], is: nil, "Location")
            try runner.check.expect(response.cookieNames, is: [], "cookies")
        },
        AdapterRule(.outages, "what the operations did reaches the browser although the rest cannot be stored") {
            runner in
            let harness = try AdapterHarness()
            let browser = harness.stranger()
            let route = AdapterRoute(of: harness) { session in
                try await session.logIn("ada")
                session[.visits] += 1
                harness.store.injectFault(.failing, .replace)
                return AdapterHandlerResult("done")
            }
            let response = try await runner.answer(to: browser, from: route)
            try runner.check.expect(response.cookieNames, is: ["__Host-session"], "cookies")
            try runner.check.expect(try await harness.session(of: browser).subject, is: "ada", "who is logged in")
        },
        AdapterRule(.outages, "a route may go on without its session") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            harness.store.injectFault(.failing, .load)
            let middleware = AdapterMiddleware(harness.engine, onStoreFailure: .anonymous)
            let route = AdapterRoute(behind: [middleware]) { session, _ in
                AdapterHandlerResult(try "\(session()[.visits])")
            }
            let response = try await runner.answer(to: browser, from: route)
            try runner.check.expect(response.body, is: "0", "body")
        },
    ]
}
