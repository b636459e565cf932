//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging
public import Sessions

extension BrowserClient {
    /// Prepares a session in which a user is logged in, without a login form: the engine creates it, and the browser
    /// keeps its cookie.
    ///
    /// ```swift
    /// try await browser.logIn("ada", with: engine) { session in
    ///     session[.theme] = "dark"
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - subject: The identifier of the user.
    ///   - engine: The engine of the server, with any backend.
    ///   - prepare: Prepares the session, for example with values or with `remember()`. The default does nothing.
    /// - Throws: ``BrowserClientError`` with the code `noCookie`, and what the engine throws.
    public func logIn(
        _ subject: String,
        with engine: SessionEngine,
        _ prepare: (Session) async throws -> Void = { _ in }
    ) async throws {
        var request = HTTPFields()
        let url = self.origin + "/"
        self.browser.addFields(to: &request, method: .get, for: url)
        let session = try await engine.open(
            SessionRequest(method: .get, headerFields: request, isSecure: TestLocation(url)?.isSecure ?? false),
            logger: Logger(label: "BrowserClient"))
        try await session.logIn(subject)
        try await prepare(session)
        var response = HTTPFields()
        try await engine.close(session, response: &response)
        let rejectedCount = self.browser.receive(response, from: url).count
        guard rejectedCount == 0 else {
            throw BrowserClientError(
                .noCookie,
                """
                A browser rejects \(rejectedCount) cookies from \(self.origin). Cookies are Secure by default: use an                 https origin.
                """)
        }
        guard response.contains(.setCookie) else {
            throw BrowserClientError(
                .noCookie,
                "The engine set no cookie. Its first transport must be a CookieTransport.")
        }
    }

    /// Logs in with the form of the application.
    ///
    /// ```swift
    /// try await browser.logIn(submitting: ["name": "ada", "password": "correct horse"], to: "/login")
    /// ```
    ///
    /// - Parameters:
    ///   - form: The fields of the form.
    ///   - path: The path that takes the form.
    /// - Returns: The response, after redirects.
    /// - Throws: ``BrowserClientError`` with the code `loginRefused` if the status is an error or no cookie has
    ///   changed, because a login always brings a new one.
    @discardableResult
    public func logIn(submitting form: [String: String], to path: String) async throws -> BrowserResponse {
        let before = self.browser.cookies
        let response = try await self.submit(form, to: path)
        guard response.status.code < 400, self.browser.cookies != before else {
            throw BrowserClientError(
                .loginRefused,
                "The login at \(path) was answered with \(response.status.code), and no one is logged in.")
        }
        return response
    }
}
