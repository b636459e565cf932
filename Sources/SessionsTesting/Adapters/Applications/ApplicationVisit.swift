//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

/// The requests of a rule to an application.
struct ApplicationVisit: Sendable {
    let application: AdapterApplication
    let check: ConformanceCheck
    let send: @Sendable (AdapterRequest) async throws -> AdapterResponse

    /// A browser without cookies.
    func stranger() -> ApplicationBrowser {
        ApplicationBrowser(visit: self, cookies: TestBrowser(clock: self.application.clock.sessionClock))
    }

    /// A browser in which a user is logged in.
    func user(_ subject: String) async throws -> ApplicationBrowser {
        let browser = self.stranger()
        let response = try await browser.send(.post, "/login", .ofOwnPage, body: subject)
        try self.check.expect(response.status, is: .ok, "the status of a login")
        return browser
    }

    /// Checks the status of a response, and a part of its body.
    func expect(
        _ response: AdapterResponse,
        _ status: HTTPResponse.Status,
        saying part: String = "",
        _ what: String
    ) throws {
        try self.check.expect(response.status.code, is: status.code, "the status of \(what)")
        try self.check.expect(
            part.isEmpty || response.body.contains(part),
            "the body of \(what): expected \"\(part)\" in it, got \"\(response.body.prefix(500))\"")
    }
}

/// A browser in front of an application.
struct ApplicationBrowser: Sendable {
    let visit: ApplicationVisit
    let cookies: TestBrowser

    /// Sends a request with the browser's cookies, and stores those of the response.
    func send(
        _ method: HTTPRequest.Method = .get,
        _ path: String,
        _ fields: HTTPFields = [:],
        body: String = ""
    ) async throws -> AdapterResponse {
        let url = AdapterApplication.origin + path
        var request = AdapterRequest(method, path: path, headerFields: fields, body: body)
        if let name = HTTPField.Name("X-Forwarded-Proto") { request.headerFields[name] = "https" }
        self.cookies.addCookies(to: &request.headerFields, for: url)
        let response = try await self.visit.send(request)
        let refused = self.cookies.receive(response.headerFields, from: url)
        try self.visit.check.expect(refused.isEmpty, "a browser refuses this: \(refused)")
        return response
    }

    /// Sends a form of the application's own page.
    func submit(_ form: String, to path: String) async throws -> AdapterResponse {
        var fields = HTTPFields.ofOwnPage
        fields[.contentType] = HTTPFields.formType
        return try await self.send(.post, path, fields, body: form)
    }
}

extension HTTPFields {
    static let formType = "application/x-www-form-urlencoded"
    private static let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"

    /// The fields that a browser sends for a page.
    static let ofNavigation: HTTPFields = [
        .accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .userAgent: firefox,
    ]

    /// The fields that a browser sends with a request of the application's own page that changes something.
    static let ofOwnPage: HTTPFields = {
        var fields: HTTPFields = [.origin: AdapterApplication.origin, .userAgent: firefox]
        if let name = HTTPField.Name("Sec-Fetch-Site") { fields[name] = "same-origin" }
        return fields
    }()
}
