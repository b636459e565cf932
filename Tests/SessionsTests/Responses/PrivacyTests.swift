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

@Suite("Responses that no cache gives to another visitor", .bothDrivers)
struct PrivacyTests {
    @Test("a session that was taken makes the response private, whether or not it was read")
    func taken() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        let response = try await harness.visit(browser) { $0.markAccessed() }
        #expect(response[.vary] == "Cookie" && response[.cacheControl] == "no-store")
        #expect(try await harness.visit(browser).isEmpty)
    }

    @Test("private is enough for strangers, and for users where that is allowed")
    func privateCaching() async throws {
        for (isAllowed, isLoggedIn, expected) in [
            (false, false, "private"), (false, true, "no-store"), (true, true, "private"), (true, false, "private"),
        ] {
            let harness = try StoredHarness { $0.allowsPrivateCaching = isAllowed }
            let browser = harness.browser()
            try await harness.visit(browser) { session in
                if isLoggedIn { try await session.logIn("ada") } else { session[.views] = 1 }
            }
            let session = try await harness.open(browser)
            _ = session.subject
            var response: HTTPFields = [.cacheControl: "private"]
            try await harness.engine.close(session, response: &response)
            #expect(response[.cacheControl] == expected, "\(isAllowed) \(isLoggedIn)")
        }
    }

    @Test(
        "a page that is fetched ahead of time neither extends nor renews its session",
        arguments: [
            ("Sec-Purpose", "prefetch"), ("Sec-Purpose", "Prefetch;Prerender"), ("Purpose", "prefetch"),
            ("X-Purpose", "preview"), ("X-Sec-Purpose", "prefetch"), ("X-Moz", "Prefetch"), ("sec-purpose", "PREFETCH"),
        ]
    )
    func prefetch(name: String, value: String) async throws {
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(5)) }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.clock.advance(by: .minutes(15))
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: harness.origin)
        fields[try #require(HTTPField.Name(name))] = value
        let session = try await harness.open(fields)
        #expect(session.subject == "ada")
        var response = HTTPFields()
        try await harness.engine.close(session, response: &response)
        #expect(response[.setCookie] == nil)
        harness.clock.advance(by: .minutes(6))
        try await harness.visit(browser) { #expect($0.subject == nil) }
    }
}
