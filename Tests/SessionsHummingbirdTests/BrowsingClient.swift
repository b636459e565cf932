//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LogAudit
import Sessions
import SessionsTesting

/// A browser in front of a server under test.
struct BrowsingClient: Sendable {
    let client: any TestClientProtocol
    let browser = TestBrowser()
    var origin = "https://example.com"

    @discardableResult
    func send(
        _ path: String,
        method: HTTPRequest.Method = .get,
        headers: HTTPFields = [:],
        body: ByteBuffer? = nil
    ) async throws -> TestResponse {
        var headers = headers
        self.browser.addCookies(to: &headers, for: self.origin + path)
        let response = try await self.client.executeRequest(uri: path, method: method, headers: headers, body: body)
        LogAudit.noteTokens(in: response.headers)
        self.browser.receive(response.headers, from: self.origin + path)
        return response
    }
}

extension TestResponse {
    var text: String { String(buffer: self.body) }
}
#endif
