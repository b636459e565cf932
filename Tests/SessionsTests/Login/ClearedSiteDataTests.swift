//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Data of the site that a logout clears", .bothDrivers)
struct ClearedSiteDataTests {
    private func field(_ response: HTTPFields) throws -> String? {
        response[try #require(HTTPField.Name("Clear-Site-Data"))]
    }

    @Test("checklist 22: a logout asks the browser to clear what is configured, and by default nothing but the cookie")
    func logout() async throws {
        let cases: [(ClearedSiteData, String?)] = [
            ([], nil), (.storage, "\"storage\""),
            ([.storage, .cookies, .cache], "\"cache\", \"cookies\", \"storage\""),
        ]
        for (cleared, value) in cases {
            let harness = try StoredHarness { $0.clearsSiteDataOnLogout = cleared }
            let browser = harness.browser()
            try await harness.visit(browser) { try await $0.logIn("ada") }
            let page = try await harness.visit(browser) { $0[.views] += 1 }
            #expect(try self.field(page) == nil)
            let response = try await harness.visit(browser) { try await $0.logOut() }
            #expect(try self.field(response) == value)
            #expect(response[.setCookie]?.contains("Max-Age=0") == true)
            #expect(browser.token == nil)
        }
    }

    @Test(
        "checklist 22: data goes with its user, by a logout or by another login, and not with a first login or a stranger"
    )
    func others() async throws {
        let harness = try StoredHarness { $0.clearsSiteDataOnLogout = .storage }
        let browser = harness.browser()
        let steps: [(Bool, @Sendable (Session) async throws -> Void)] = [
            (false, { $0[.views] = 1 }),
            (false, { try await $0.destroy() }),
            (false, { try await $0.logIn("ada") }),
            (true, { try await $0.logIn("alan") }),
            (false, { try await $0.renew() }),
            (false, { try await $0.logOutOthers() }),
            (
                true,
                { session in
                    try await session.logOut()
                    session.addFlashMessage("You are logged out.")
                }
            ),
            (false, { try await $0.logIn("ada") }),
            (true, { try await $0.logOutEverywhere() }),
        ]
        for (index, (isCleared, step)) in steps.enumerated() {
            let response = try await harness.visit(browser, step)
            #expect((try self.field(response) != nil) == isCleared, "step \(index)")
        }
    }

    @Test("pages that were fetched ahead of time go with every change of the user, a first login included")
    func speculations() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let steps: [(String?, @Sendable (Session) async throws -> Void)] = [
            (nil, { $0[.views] = 1 }),
            ("\"prefetchCache\", \"prerenderCache\"", { try await $0.logIn("ada") }),
            (nil, { try await $0.logIn("ada") }),
            ("\"prefetchCache\", \"prerenderCache\"", { try await $0.logIn("alan") }),
            ("\"prefetchCache\", \"prerenderCache\"", { try await $0.logOut() }),
        ]
        for (index, (value, step)) in steps.enumerated() {
            let response = try await harness.visit(browser, step)
            #expect(try self.field(response) == value, "step \(index)")
        }
    }
}
