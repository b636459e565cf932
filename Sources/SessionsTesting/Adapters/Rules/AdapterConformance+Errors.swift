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
    /// An unexpected error.
    private struct Accident: Error {}

    static let errorRules: [AdapterRule] = [
        AdapterRule(.errors, "what the operations did before a deliberate error reaches the browser") { runner in
            let refused = AdapterHTTPError(.unauthorized)
            try await runner.expectOperationsReachTheBrowser(before: refused, status: refused.status)
        },
        AdapterRule(.errors, "what was set before a deliberate error is stored") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let route = AdapterRoute(of: harness) { session in
                session[.visits] += 1
                throw AdapterHTTPError()
            }
            _ = try await runner.answer(to: browser, from: route)
            try runner.check.expect(try await harness.visits(of: browser), is: 2, "the stored counter")
        },
        AdapterRule(.errors, "a deliberate error keeps its status, its message and its header fields") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            var fields: HTTPFields = [.vary: "Accept"]
            fields[values: .wwwAuthenticate] = ["Basic", "Bearer"]
            let refusal = AdapterHTTPError(.forbidden, headerFields: fields, message: "not today")
            let route = AdapterRoute(of: harness) { session in
                try await session.renew()
                throw refusal
            }
            let response = try await runner.answer(to: browser, from: route)
            try runner.check.expect(response.status.code, is: 403, "status")
            try runner.check.expect(response.body.contains("not today"), "the message is lost: \(response.body)")
            try runner.check.expect(
                response.listItems(of: .wwwAuthenticate), is: ["Basic", "Bearer"], "WWW-Authenticate")
            try runner.check.expect(response.items(of: .vary).contains("accept"), "the error's own Vary is lost")
        },
        AdapterRule(.errors, "what the operations did before an unexpected error reaches the browser") { runner in
            try await runner.expectOperationsReachTheBrowser(before: Accident(), status: .internalServerError)
        },
        AdapterRule(.errors, "a token that a field hands out reaches its client, however the handler ends") { runner in
            let refused = AdapterHTTPError(.unauthorized)
            for (error, status) in [(nil, 200), (refused, 401), (Accident(), 500)] as [((any Error)?, Int)] {
                let harness = try AdapterHarness(transports: [BearerTransport(responseField: .authorization)])
                let route = AdapterRoute(of: harness) { session in
                    try await session.logIn("ada")
                    if let error { throw error }
                    return AdapterHandlerResult("hello")
                }
                let response = try await runner.answer(to: harness.stranger(), from: route)
                try runner.check.expect(response.status.code, is: status, "status")
                let token = response.headerFields[.authorization] ?? ""
                try runner.check.expect(token.hasPrefix("Bearer "), "the token is lost with status \(status)")
            }
        },
        AdapterRule(.errors, "a browser is asked to forget the former user's pages, however the handler ends") {
            runner in
            let refused = AdapterHTTPError(.unauthorized)
            for (error, status) in [(nil, 200), (refused, 401), (Accident(), 500)] as [((any Error)?, Int)] {
                let harness = try AdapterHarness()
                let browser = try await harness.visitor { try await $0.logIn("ada") }
                let route = AdapterRoute(of: harness) { session in
                    try await session.logOut()
                    if let error { throw error }
                    return AdapterHandlerResult("hello")
                }
                let response = try await runner.answer(to: browser, from: route)
                let cleared = HTTPField.Name("Clear-Site-Data").map { response.items(of: $0) } ?? []
                let expected = ["\"prefetchcache\"", "\"prerendercache\""]
                try runner.check.expect(cleared, is: expected, "Clear-Site-Data with status \(status)")
            }
        },
        AdapterRule(.errors, "what was set before an unexpected error and not saved is dropped") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let route = AdapterRoute(of: harness) { session in
                session[.visits] += 1
                throw Accident()
            }
            let response = try await runner.answer(to: browser, from: route)
            try runner.check.expect(response.status.code, is: 500, "status")
            try runner.check.expect(try await harness.visits(of: browser), is: 1, "the stored counter")
        },
        AdapterRule(.errors, "an unexpected error is one for every middleware that it passes") { runner in
            let (outer, inner) = (try AdapterHarness(), try AdapterHarness { $0.cookie.name = "__Host-second" })
            let browser = try await outer.visitor()
            let middlewares = [AdapterMiddleware(outer.engine), AdapterMiddleware(inner.engine, isSecond: true)]
            let route = AdapterRoute(behind: middlewares) { session, second in
                try session()[.visits] += 1
                // The inner middleware has a cookie to set, so it may change the error on its way out.
                try await second()?.logIn("ada")
                throw Accident()
            }
            _ = try await runner.answer(to: browser, from: route)
            try runner.check.expect(try await outer.visits(of: browser), is: 1, "the counter stored by the outer one")
        },
        AdapterRule(.errors, "a handler that is cancelled is closed like any other") { runner in
            let harness = try AdapterHarness()
            let browser = harness.stranger()
            let route = AdapterRoute(of: harness) { session in
                try await session.logIn("ada")
                throw CancellationError()
            }
            let response = try await runner.answer(to: browser, from: route)
            try runner.check.expect(response.cookieNames, is: ["__Host-session"], "cookies")
        },
        AdapterRule(.errors, "a session's error that a handler lets through is an answer") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let outage = AdapterRoute(.get, "/outage", of: harness) { session in
                session[.visits] += 1
                harness.store.injectFault(.failing)
                try await session.save()
                return AdapterHandlerResult("saved")
            }
            let ended = AdapterRoute(.get, "/ended", of: harness) { session in
                session[.visits] += 1
                try await harness.session(of: browser).destroy()
                try await session.save()
                return AdapterHandlerResult("saved")
            }
            try await runner.serve([outage, ended]) { visit in
                let outage = try await visit.send(.get, "/outage", from: browser)
                try visit.check.expect(outage.status.code, is: 503, "status while the store does not answer")
                try visit.check.expect(outage.headerFields[.retryAfter], is: "5", "Retry-After")
                harness.store.clearFault()
                let ended = try await visit.send(.get, "/ended", from: browser)
                try visit.check.expect(ended.status.code, is: 409, "status after the session ended elsewhere")
            }
        },
    ]
}

extension AdapterRunner {
    /// Lets a handler log a visitor in or out and then fail.
    fileprivate func expectOperationsReachTheBrowser(
        before error: any Error,
        status: HTTPResponse.Status
    ) async throws {
        let harness = try AdapterHarness()
        let (stranger, visitor) = (harness.stranger(), try await harness.visitor())
        let login = AdapterRoute(.get, "/login", of: harness) { session in
            try await session.logIn("ada")
            throw error
        }
        let logout = AdapterRoute(.get, "/logout", of: harness) { session in
            try await session.logOut()
            throw error
        }
        try await self.serve([login, logout]) { visit in
            let login = try await visit.send(.get, "/login", from: stranger)
            try visit.check.expect(login.status.code, is: status.code, "status")
            try visit.check.expect(login.cookieNames, is: ["__Host-session"], "cookies after a login")
            let logout = try await visit.send(.get, "/logout", from: visitor)
            try visit.check.expect(logout.cookieNames, is: ["__Host-session"], "cookies after a logout")
        }
        try self.check.expect(try await harness.session(of: stranger).subject, is: "ada", "who is logged in")
        try self.check.expect(visitor.cookies.isEmpty, "the browser keeps the cookie of a session that has ended")
    }
}
