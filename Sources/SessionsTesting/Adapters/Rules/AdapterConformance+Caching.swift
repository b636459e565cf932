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
    static let cachingRules: [AdapterRule] = [
        AdapterRule(.caching, "a response that depends on its session says so to caches") { runner in
            let harness = try AdapterHarness()
            let route = AdapterRoute(of: harness) { session in AdapterHandlerResult("\(session[.visits])") }
            let response = try await runner.answer(to: try await harness.visitor(), from: route)
            try runner.check.expect(response.items(of: .vary), is: ["cookie"], "Vary")
            try runner.check.expect(response.items(of: .cacheControl), is: ["no-store"], "Cache-Control")
        },
        AdapterRule(.caching, "an error that depends on its session says so to caches") { runner in
            let harness = try AdapterHarness()
            let route = AdapterRoute(of: harness) { session in
                throw AdapterHTTPError(.notFound, message: "\(session[.visits])")
            }
            let response = try await runner.answer(to: try await harness.visitor(), from: route)
            try runner.check.expect(response.items(of: .vary), is: ["cookie"], "Vary")
            try runner.check.expect(response.items(of: .cacheControl), is: ["no-store"], "Cache-Control")
        },
        AdapterRule(.caching, "the handler's own header fields stay, and nothing comes twice") { runner in
            let harness = try AdapterHarness()
            var fields: HTTPFields = [.vary: "Accept", .setCookie: "theme=dark; Path=/"]
            fields[values: .contentLanguage] = ["en", "de"]
            let answer = AdapterHandlerResult("hello", headerFields: fields)
            let route = AdapterRoute(of: harness) { session in
                try await session.renew()
                return answer
            }
            let response = try await runner.answer(to: try await harness.visitor(), from: route)
            try runner.check.expect(response.items(of: .vary), is: ["accept", "cookie"], "Vary")
            try runner.check.expect(response.cookieNames, is: ["__Host-session", "theme"], "cookies")
            try runner.check.expect(
                response.listItems(of: .contentLanguage), is: ["en", "de"], "Content-Language")
        },
        AdapterRule(.caching, "a rule for shared caches alone goes, so that none keeps a page with its cookie") {
            runner in
            let harness = try AdapterHarness()
            var fields = HTTPFields()
            for name in [
                "CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Surrogate-Control", "Edge-Control",
                "X-Accel-Expires",
            ] { fields[try runner.check.require(HTTPField.Name(name), "\(name) is no name")] = "max-age=3600" }
            let answer = AdapterHandlerResult("hello", headerFields: fields)
            let route = AdapterRoute(of: harness) { session in
                session[.visits] += 1
                return answer
            }
            let response = try await runner.answer(to: harness.stranger(), from: route)
            let left = response.headerFields.map(\.name).filter(fields.contains)
            try runner.check.expect(left.isEmpty, "rules for shared caches are left: \(left)")
        },
        AdapterRule(.caching, "a page of a user who is logged in is kept by no cache, the browser's included") {
            runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor { try await $0.logIn("ada") }
            let answer = AdapterHandlerResult("hello", headerFields: [.cacheControl: "private, max-age=60"])
            let route = AdapterRoute(of: harness) { session in
                _ = session.subject
                return answer
            }
            let response = try await runner.answer(to: browser, from: route)
            try runner.check.expect(response.items(of: .cacheControl), is: ["no-store"], "Cache-Control")
        },
        AdapterRule(.caching, "a response's own cache rule stays if it is as private, and goes if it is not") {
            runner in
            try await runner.expectPrivacy { AdapterHandlerResult("hello", headerFields: $0) }
        },
        AdapterRule(.caching, "an error's own cache rule stays if it is as private, and goes if it is not") { runner in
            try await runner.expectPrivacy { throw AdapterHTTPError(headerFields: $0) }
        },
    ]
}

extension AdapterRunner {
    /// Runs a handler with a cache rule that is as private as a session's, and with one that is not.
    fileprivate func expectPrivacy(
        _ answer: @escaping @Sendable (HTTPFields) throws -> AdapterHandlerResult
    ) async throws {
        let harness = try AdapterHarness()
        let browser = try await harness.visitor()
        let rules = ["private": "private", "public": "no-store"]
        let routes = rules.keys.map { rule in
            AdapterRoute(.get, "/\(rule)", of: harness) { session in
                _ = session[.visits]
                return try answer([.cacheControl: rule])
            }
        }
        try await self.serve(routes) { visit in
            for (rule, outcome) in rules {
                let response = try await visit.send(.get, "/\(rule)", from: browser)
                try visit.check.expect(
                    response.headerFields[values: .cacheControl], is: [outcome], "Cache-Control that was \(rule)")
            }
        }
    }
}
