//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

/// The client of a rule, with browsers.
struct AdapterBrowsers: Sendable {
    let client: any AdapterClient
    let check: ConformanceCheck

    /// Sends a request as a browser does, and stores the cookies of the response in the browser.
    func send(
        _ method: HTTPRequest.Method = .get,
        _ path: String = "/way",
        from browser: TestBrowser,
        _ fields: HTTPFields = [:]
    ) async throws -> AdapterResponse {
        let response = try await self.client.send(self.request(method, path, from: browser, fields))
        let refused = browser.receive(response.headerFields, from: AdapterHarness.origin + path)
        try self.check.expect(refused.isEmpty, "a browser refuses this: \(refused)")
        return response
    }

    /// Sends a request to a handler that signals when it has begun. If it never begins, the signal is sent anyway.
    func send(
        _ method: HTTPRequest.Method = .get,
        _ path: String = "/way",
        from browser: TestBrowser,
        until moment: AdapterSignal
    ) async throws -> AdapterResponse {
        defer { moment.come() }
        return try await self.send(method, path, from: browser)
    }

    /// Sends a request and disconnects at a signal.
    func abandon(_ path: String = "/way", from browser: TestBrowser, when moment: AdapterSignal) async throws {
        try await self.client.abandon(self.request(.get, path, from: browser, [:])) { try? await moment.wait() }
    }

    private func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        from browser: TestBrowser,
        _ fields: HTTPFields
    ) -> AdapterRequest {
        var request = AdapterRequest(method, path: path, headerFields: fields)
        browser.addCookies(to: &request.headerFields, for: AdapterHarness.origin + path)
        return request
    }
}
