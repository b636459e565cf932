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
    static let isolationRules: [AdapterRule] = [
        AdapterRule(.isolation, "a connection that several visitors share makes none of them another") { runner in
            let harness = try AdapterHarness()
            let ada = try await harness.visitor { try await $0.logIn("ada") }
            let alan = try await harness.visitor { try await $0.logIn("alan") }
            let route = AdapterRoute(of: harness) { session in AdapterHandlerResult(session.subject ?? "anonymous") }
            try await runner.serve([route]) { visit in
                for (browser, name) in [(ada, "ada"), (alan, "alan"), (harness.stranger(), "anonymous"), (ada, "ada")] {
                    let response = try await visit.send(from: browser)
                    try visit.check.expect(response.body, is: name, "who is logged in")
                }
            }
        },
        AdapterRule(.isolation, "of two requests at once each has its own session, from beginning to end") { runner in
            let harness = try AdapterHarness()
            let ada = try await harness.visitor { try await $0.logIn("ada") }
            let alan = try await harness.visitor { try await $0.logIn("alan") }
            let (hasBegun, mayEnd) = (AdapterSignal(), AdapterSignal())
            let middlewares = [AdapterMiddleware(harness.engine)]
            let slow = AdapterRoute(.get, "/slow", behind: middlewares) { session, _ in
                hasBegun.come()
                try await mayEnd.wait()
                return AdapterHandlerResult(try session().subject)
            }
            let fast = AdapterRoute(.get, "/fast", behind: middlewares) { session, _ in
                AdapterHandlerResult(try session().subject)
            }
            try await runner.serve([slow, fast]) { visit in
                async let slow = visit.send(.get, "/slow", from: ada, until: hasBegun)
                defer { mayEnd.come() }
                try await hasBegun.wait()
                let fast = try await visit.send(.get, "/fast", from: alan)
                try visit.check.expect(fast.body, is: "alan", "who is logged in in the one")
                mayEnd.come()
                try visit.check.expect(try await slow.body, is: "ada", "who is logged in in the other")
            }
        },
    ]
}
