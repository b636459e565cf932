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
    static let departureRules: [AdapterRule] = [
        AdapterRule(.departures, "a client that leaves before the head loses nothing that was stored") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let (hasBegun, hasLeft) = (AdapterSignal(), AdapterSignal())
            let route = AdapterRoute(of: harness) { session in
                defer { hasBegun.come() }
                session[.visits] += 1
                try await session.save()
                hasBegun.come()
                try await hasLeft.wait()
                return AdapterHandlerResult("hello")
            }
            try await runner.abandon(route, from: browser, when: hasBegun, hasLeft)
            try runner.check.expect(try await harness.visits(of: browser), is: 2, "the stored counter")
        },
        AdapterRule(.departures, "a client that leaves during a stream loses nothing that was stored, and adds nothing")
        { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let (hasBegun, hasLeft) = (AdapterSignal(), AdapterSignal())
            let route = AdapterRoute(of: harness) { session in
                session[.visits] += 1
                return AdapterHandlerResult(
                    streaming: {
                        hasBegun.come()
                        return "hello"
                    },
                    {
                        try await hasLeft.wait()
                        session[.visits] += 1
                        return "is anyone there?"
                    }
                )
            }
            try await runner.abandon(route, from: browser, when: hasBegun, hasLeft)
            try runner.check.expect(try await harness.visits(of: browser), is: 2, "the stored counter")
        },
        AdapterRule(.departures, "a server that shuts down finishes the response it has begun") { runner in
            let harness = try AdapterHarness()
            let browser = harness.stranger()
            let (hasBegun, mayEnd) = (AdapterSignal(), AdapterSignal())
            let route = AdapterRoute(of: harness) { session in
                hasBegun.come()
                try await mayEnd.wait()
                session[.visits] += 1
                return AdapterHandlerResult("hello", status: .created)
            }
            try await runner.serve([route]) { visit in
                async let response = visit.send(from: browser, until: hasBegun)
                defer { mayEnd.come() }
                try await hasBegun.wait()
                await visit.client.shutDown()
                mayEnd.come()
                let (body, cookies) = (try await response.body, try await response.cookieNames)
                try visit.check.expect(body, is: "hello", "body")
                try visit.check.expect(cookies, is: ["__Host-session"], "cookies")
            }
            try runner.check.expect(try await harness.visits(of: browser), is: 1, "the stored counter")
        },
    ]
}

extension AdapterRunner {
    /// Serves a route to a client that disconnects when the handler has begun.
    fileprivate func abandon(
        _ route: AdapterRoute,
        from browser: TestBrowser,
        when hasBegun: AdapterSignal,
        _ hasLeft: AdapterSignal
    ) async throws {
        // The disconnecting client waits for the handler, so this checks first that the server answers and streams.
        let probe = AdapterRoute(.get, "/probe", behind: route.middlewares) { _, _ in
            AdapterHandlerResult(streaming: { "here" })
        }
        try await self.serve([probe, route]) { visit in
            let here = try await visit.send(.get, "/probe", from: TestBrowser())
            try visit.check.expect(here.body, is: "here", "body")
            defer { hasLeft.come() }
            try await visit.abandon(from: browser, when: hasBegun)
        }
    }
}
