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

@Suite("Caches", .bothDrivers)
struct CachingTests {
    private func response(
        cacheControl: [String] = [],
        vary: [String] = [],
        _ handler: (Session) async throws -> Void
    ) async throws -> HTTPFields {
        let harness = try StoredHarness()
        let session = try await harness.open([:])
        try await handler(session)
        var response = HTTPFields()
        response[values: .cacheControl] = cacheControl
        response[values: .vary] = vary
        try await harness.engine.close(session, response: &response)
        return response
    }

    @Test("a response that did not use the session is left as it was")
    func untouched() async throws {
        let response = try await self.response(cacheControl: ["public, max-age=60"]) { _ in }
        #expect(response[.cacheControl] == "public, max-age=60")
        #expect(response[.vary] == nil)
    }

    @Test("a response that read the session is one visitor's (CVE-2023-30861, CVE-2026-27205)")
    func read() async throws {
        for handler: @Sendable (Session) -> Void in [
            { _ = $0[.views] }, { _ = $0.subject }, { _ = $0.contains(.theme) }, { _ = $0.names }, { _ = $0.isNew },
        ] {
            let response = try await self.response { handler($0) }
            #expect(response[.vary] == "Cookie")
            #expect(response[.cacheControl] == "no-store")
        }
    }

    @Test(
        "what the handler said stays when it is at least as private, and goes when it is not",
        arguments: [
            ("private, max-age=60", "private, max-age=60"), ("No-Store", "No-Store"),
            ("public, max-age=60", "no-store"),
            ("max-age=60", "no-store"), ("no-cache", "no-store"), ("private=\"x\"", "no-store"),
            ("public, private", "no-store"), ("s-maxage=9", "no-store"),
        ]
    )
    func handlersWord(said: String, expected: String) async throws {
        let response = try await self.response(cacheControl: [said]) { $0[.views] += 1 }
        #expect(response[.setCookie] != nil)
        #expect(response[values: .cacheControl] == [expected])
    }

    @Test("Vary names the cookie once, beside what the handler named")
    func vary() async throws {
        for (said, expected) in [
            ([], ["Cookie"]), (["Accept-Encoding"], ["Accept-Encoding", "Cookie"]),
            (["accept, COOKIE"], ["accept, COOKIE"]),
            (["*"], ["*"]),
        ] as [([String], [String])] {
            let response = try await self.response(vary: said) { _ = $0[.views] }
            #expect(response[values: .vary] == expected)
        }
    }
}
