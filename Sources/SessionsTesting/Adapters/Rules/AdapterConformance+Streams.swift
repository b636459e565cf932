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
    static let streamRules: [AdapterRule] = [
        AdapterRule(.streams, "a page that reads its session only while it is streamed is private") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            // One handler reads the session before the head is sent, the other after.
            let early = AdapterRoute(.get, "/early", of: harness) { session in
                AdapterHandlerResult(streaming: { "\(session[.visits])" })
            }
            let late = AdapterRoute(.get, "/late", behind: [AdapterMiddleware(harness.engine)]) { _, _ in
                AdapterHandlerResult(streaming: { "hello" })
            }
            try await runner.serve([early, late]) { visit in
                for path in ["/early", "/late"] {
                    let response = try await visit.send(.get, path, from: browser)
                    try visit.check.expect(response.items(of: .vary), is: ["cookie"], "Vary of \(path)")
                    try visit.check.expect(
                        response.items(of: .cacheControl), is: ["no-store"], "Cache-Control of \(path)")
                }
            }
        },
        AdapterRule(.streams, "a session is stored and closed before a streamed body begins") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let route = AdapterRoute(of: harness) { session in
                session[.visits] += 1
                return AdapterHandlerResult(
                    streaming: { "stored: \(harness.store.count(of: .replace))" },
                    {
                        do {
                            try await session.renew()
                            return ", renewed"
                        } catch let error as SessionError {
                            return ", \(error.code)"
                        }
                    }
                )
            }
            let response = try await runner.answer(to: browser, from: route)
            try runner.check.expect(response.body, is: "stored: 1, response_started", "what the body saw")
        },
        AdapterRule(.streams, "a session can be saved while its body is streamed") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let route = AdapterRoute(of: harness) { session in
                AdapterHandlerResult(streaming: {
                    session[.visits] += 1
                    try await session.save()
                    return "saved"
                })
            }
            let response = try await runner.answer(to: browser, from: route)
            try runner.check.expect(response.body, is: "saved", "body")
            try runner.check.expect(try await harness.visits(of: browser), is: 2, "the stored counter")
        },
        AdapterRule(.streams, "what a stream sets and does not save is dropped") { runner in
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let route = AdapterRoute(of: harness) { session in
                AdapterHandlerResult(
                    streaming: { "hel" },
                    {
                        session[.visits] += 1
                        return "lo"
                    }
                )
            }
            _ = try await runner.answer(to: browser, from: route)
            try runner.check.expect(try await harness.visits(of: browser), is: 1, "the stored counter")
        },
        AdapterRule(.streams, "a stream that fails half-way takes nothing back and does nothing twice") { runner in
            struct Broken: Error {}
            let harness = try AdapterHarness()
            let browser = try await harness.visitor()
            let route = AdapterRoute(of: harness) { session in
                session[.visits] += 1
                return AdapterHandlerResult(streaming: { "hel" }, { throw Broken() })
            }
            try await runner.serve([route]) { visit in
                // The framework decides whether a truncated body is an error to the client.
                _ = try? await visit.send(from: browser)
            }
            try runner.check.expect(try await harness.visits(of: browser), is: 2, "the stored counter")
        },
    ]
}
