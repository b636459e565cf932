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
        AdapterRule(.answers, "a plain response that begins a session sets one cookie") { stage in
            try await stage.expectOneCookie(of: .get, AdapterHandlerResult("hello"))
        },
        AdapterRule(.answers, "a streamed response sets one cookie, and its body comes whole") { stage in
            let answer = AdapterHandlerResult(streaming: { "hel" }, { "lo" })
            let response = try await stage.expectOneCookie(of: .get, answer)
            try stage.check.expect(response.body, is: "hello", "body")
        },
        AdapterRule(.answers, "a response to HEAD sets one cookie") { stage in
            try await stage.expectOneCookie(of: .head, AdapterHandlerResult())
        },
        AdapterRule(.answers, "a response without a body sets one cookie") { stage in
            try await stage.expectOneCookie(of: .post, AdapterHandlerResult(status: .noContent))
        },
        AdapterRule(.answers, "304 sets one cookie") { stage in
            try await stage.expectOneCookie(of: .get, AdapterHandlerResult(status: .notModified))
        },
        AdapterRule(.answers, "a redirect sets one cookie and says where to") { stage in
            let answer = AdapterHandlerResult(status: .seeOther, headerFields: [.location: "/there"])
            let response = try await stage.expectOneCookie(of: .post, answer)
            try stage.check.expect(response.headerFields[values: .location], is: ["/there"], "Location")
        },
        AdapterRule(.answers, "a session that goes on sets no cookie, and what was changed is stored") { stage in
            let site = try AdapterHarness()
            let browser = try await site.visitor()
            let route = AdapterRoute(of: site) { session in
                session[.visits] += 1
                return AdapterHandlerResult("hello")
            }
            let response = try await stage.answer(to: browser, from: route)
            try stage.check.expect(response.cookieNames, is: [], "cookies")
            try stage.check.expect(try await site.visits(of: browser), is: 2, "the stored counter")
        },
        AdapterRule(.answers, "a response that does not use its session is left as it is, and nothing is stored") {
            stage in
            let site = try AdapterHarness()
            let route = AdapterRoute(behind: [AdapterMiddleware(site.engine)]) { _, _ in AdapterHandlerResult("hello") }
            let response = try await stage.answer(to: site.stranger(), from: route)
            try stage.check.expect(response.body, is: "hello", "body")
            for name in [HTTPField.Name.setCookie, .vary, .cacheControl] {
                try stage.check.expect(response.headerFields[values: name], is: [], "\(name)")
            }
            try stage.check.expect(site.store.count(of: .create), is: 0, "sessions that were created")
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
        let site = try AdapterHarness()
        let browser = site.stranger()
        let route = AdapterRoute(method, of: site) { session in
            session[.visits] += 1
            return answer
        }
        let response = try await self.answer(to: browser, from: route)
        try self.check.expect(response.status.code, is: answer.status.code, "status")
        try self.check.expect(response.cookieNames, is: ["__Host-session"], "cookies")
        try self.check.expect(try await site.visits(of: browser), is: 1, "the stored counter")
        return response
    }
}
