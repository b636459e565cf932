//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension AdapterConformance {
    static let streamRules: [AdapterRule] = [
        AdapterRule(.streams, "a session is stored and closed before a streamed body begins") { stage in
            let site = try AdapterSite()
            let browser = try await site.visitor()
            let route = AdapterRoute(of: site) { session in
                session[.visits] += 1
                return AdapterAnswer(
                    streaming: { "stored: \(site.store.count(of: .replace))" },
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
            let response = try await stage.answer(to: browser, from: route)
            try stage.check.expect(response.body, is: "stored: 1, response_started", "what the body saw")
        },
        AdapterRule(.streams, "a session can be saved while its body is streamed") { stage in
            let site = try AdapterSite()
            let browser = try await site.visitor()
            let route = AdapterRoute(of: site) { session in
                AdapterAnswer(streaming: {
                    session[.visits] += 1
                    try await session.save()
                    return "saved"
                })
            }
            let response = try await stage.answer(to: browser, from: route)
            try stage.check.expect(response.body, is: "saved", "body")
            try stage.check.expect(try await site.visits(of: browser), is: 2, "the stored counter")
        },
        AdapterRule(.streams, "what a stream sets and does not save is dropped") { stage in
            let site = try AdapterSite()
            let browser = try await site.visitor()
            let route = AdapterRoute(of: site) { session in
                AdapterAnswer(
                    streaming: { "hel" },
                    {
                        session[.visits] += 1
                        return "lo"
                    }
                )
            }
            _ = try await stage.answer(to: browser, from: route)
            try stage.check.expect(try await site.visits(of: browser), is: 1, "the stored counter")
        },
        AdapterRule(.streams, "a stream that fails half-way takes nothing back and does nothing twice") { stage in
            struct Broken: Error {}
            let site = try AdapterSite()
            let browser = try await site.visitor()
            let route = AdapterRoute(of: site) { session in
                session[.visits] += 1
                return AdapterAnswer(streaming: { "hel" }, { throw Broken() })
            }
            try await stage.serve([route]) { visit in
                // Whether a body that was cut off is an error to the client is the framework's matter.
                _ = try? await visit.send(from: browser)
            }
            try stage.check.expect(try await site.visits(of: browser), is: 2, "the stored counter")
        },
    ]
}
