//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Where a rule lets an adapter perform.
struct AdapterRunner: Sendable {
    let adapter: any AdapterUnderTest
    let check: ConformanceCheck

    /// Lets the adapter serve routes while a body visits them.
    func serve<Value: Sendable>(
        _ routes: [AdapterRoute],
        _ body: @escaping @Sendable (AdapterBrowsers) async throws -> Value
    ) async throws -> Value {
        try await self.adapter.serve(routes) { client in
            try await body(AdapterBrowsers(client: client, check: self.check))
        }
    }

    /// Serves one route and sends it one request of a browser.
    func answer(to browser: TestBrowser, from route: AdapterRoute) async throws -> AdapterResponse {
        try await self.serve([route]) { visit in
            try await visit.send(route.method, route.path, from: browser)
        }
    }
}
