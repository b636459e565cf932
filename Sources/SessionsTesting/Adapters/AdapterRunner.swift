//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Runs an adapter for a rule.
struct AdapterRunner: Sendable {
    let adapter: any AdapterUnderTest
    let check: ConformanceCheck

    /// Serves routes with the adapter while a body sends requests.
    func serve<Value: Sendable>(
        _ routes: [AdapterRoute],
        _ body: @escaping @Sendable (AdapterBrowsers) async throws -> Value
    ) async throws -> Value {
        try await self.adapter.serve(routes) { client in
            try await body(AdapterBrowsers(client: client, check: self.check))
        }
    }

    /// Serves one route and sends it one request from a browser.
    func answer(to browser: TestBrowser, from route: AdapterRoute) async throws -> AdapterResponse {
        try await self.serve([route]) { visit in
            try await visit.send(route.method, route.path, from: browser)
        }
    }
}
