//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import HTTPTypes
import LogAudit
import Sessions
import SessionsTesting

extension SessionEngine {
    /// Adds one to a counter of a session, in a request of its own.
    ///
    /// - Parameters:
    ///   - key: The counter.
    ///   - cookies: The header fields of the session; none begin a session.
    /// - Returns: The header fields of the cookies that the response sets.
    @discardableResult
    func increment(_ key: SessionKey<Int>, cookies: HTTPFields) async throws -> HTTPFields {
        let session = try await self.open(
            SessionRequest(headerFields: cookies, isSecure: true), logger: LogAudit.logger())
        session[key] += 1
        var response = HTTPFields()
        try await self.close(session, response: &response)
        LogAudit.noteTokens(in: response)
        let browser = TestBrowser()
        browser.receive(response, from: "https://example.com/")
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: "https://example.com/")
        return fields
    }
}
#endif
