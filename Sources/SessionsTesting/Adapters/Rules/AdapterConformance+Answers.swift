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
    static let answerRules: [AdapterRule] = [
        AdapterRule(.answers, "a plain response that begins a session sets one cookie") { runner in
            try await runner.expectOneCookie(of: .get, AdapterHandlerResult("hello"))
        },
        AdapterRule(.answers, "a streamed response sets one cookie, and its body comes whole") { runner in
            let answer = AdapterHandlerResult(streaming: { "hel" }, { "lo" })
            let response = try await runner.expectOneCookie(of: .get, answer)
            try runner.check.expect(response.body, is: "hello", "body")
        },
        AdapterRule(.answers, "a response to HEAD sets one cookie") { runner in
            try await runner.expectOneCookie(of: .head, AdapterHandlerResult())
        },
        AdapterRule(.answers, "a response without a body sets one cookie") { runner in
            try await runner.expectOneCookie(of: .post, AdapterHandlerResult(status: .noContent))
        },
        AdapterRule(.answers, "304 sets one cookie") { runner in
            try await runner.expectOneCookie(of: .get, AdapterHandlerResult(status: .notModified))
        },
        AdapterRule(.answers, "a redirect sets one cookie and says where to") { runner in
            let answer = AdapterHandlerResult(status: .seeOther, headerFields: [.location: "/there"])
            let response = try await runner.expectOneCookie(of: .post, answer)
            try runner.check.expect(response.headerFields[values: .location], is: ["/there"], "Location")
        },
        AdapterRule(.answers, "a session that goes on sets no cookie, and what was changed is stored") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let route = AdapterRoute(of: harness) { session in
                session[.visits] += 1
                return AdapterHandlerResult("hello")
            }
            let response = try await runner.answer(to: browser, from: route)
            try runner.check.expect(response.cookieNames, is: [], "cookies")
            try runner.check.expect(try await harness.visits(of: browser), is: 2, "the stored counter")
        },
        AdapterRule(.answers, "a response that does not use its session is left as it is, and nothing is stored") {
            runner in
            let harness = try AdapterHarness()
            let route = AdapterRoute(behind: [AdapterMiddleware(harness.engine)]) { _, _ in
                AdapterHandlerResult("hello")
            }
            let response = try await runner.answer(to: harness.stranger(), from: route)
            try runner.check.expect(response.body, is: "hello", "body")
            for name in [HTTPField.Name.setCookie, .vary, .cacheControl] {
                try runner.check.expect(response.headerFields[values: name], is: [], "\(name)")
            }
            try runner.check.expect(harness.store.count(of: .create), is: 0, "sessions that were created")
        },
    ]
}

extension AdapterRunner {
    /// Lets a new browser start a session, with a handler that answers in a given way.
    @discardableResult
    fileprivate func expectOneCookie(
        of method: HTTPRequest.Method,
        _ answer: AdapterHandlerResult
    ) async throws -> AdapterResponse {
        let harness = try AdapterHarness()
        let browser = harness.stranger()
        let route = AdapterRoute(method, of: harness) { session in
            session[.visits] += 1
            return answer
        }
        let response = try await self.answer(to: browser, from: route)
        try self.check.expect(response.status.code, is: answer.status.code, "status")
        try self.check.expect(response.cookieNames, is: ["__Host-session"], "cookies")
        try self.check.expect(try await harness.visits(of: browser), is: 1, "the stored counter")
        return response
    }
}
