//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
public import HTTPTypes
public import Sessions

/// A browser in front of a server under test: it keeps cookies, follows redirects, and sends Fetch Metadata, so that
/// forms behind `CSRFProtection` can be tested.
///
/// The product `SessionsHummingbirdTesting` creates it from the test client of Hummingbird, `SessionsVaporTesting` from
/// that of Vapor, and `SessionsFlyingFoxTesting` from the handler of a FlyingFox server:
///
/// ```swift
/// try await app.test(.router) { client in
///     let browser = BrowserClient(client)
///     try await browser.logIn("ada", with: engine)
///     #expect(try await browser.get("/account").text == "Hello, ada")
/// }
/// ```
///
/// For another server, give it a closure that sends a request.
public struct BrowserClient: Sendable {
    /// Sends a request and returns its response.
    public typealias Send = @Sendable (_ request: HTTPRequest, _ body: [UInt8]) async throws -> BrowserResponse

    /// The cookies, and what the browser says of itself.
    public let browser: TestBrowser
    /// The scheme, host and port of the server, as browsers see it.
    public let origin: String
    private let sendRequest: Send

    /// Creates a browser without cookies.
    ///
    /// - Parameters:
    ///   - origin: The scheme, host and port of the server, as browsers see it. The default is `https://example.com`:
    ///     over `http`, a browser keeps no `Secure` cookie.
    ///   - clock: The clock by which cookies expire. The default is the system's. Give it the clock of the engine.
    ///   - sendsFetchMetadata: Whether it is a current browser. The default is true.
    ///   - send: Sends a request. It must not follow redirects.
    public init(
        origin: String = "https://example.com",
        clock: SessionClock = .system,
        sendsFetchMetadata: Bool = true,
        send: @escaping Send
    ) {
        self.browser = TestBrowser(clock: clock, sendsFetchMetadata: sendsFetchMetadata)
        self.origin = origin
        self.sendRequest = send
    }

    /// Opens a page.
    ///
    /// - Parameters:
    ///   - path: The path, with its query, or a whole URL of the same origin.
    ///   - headerFields: Further header fields. The default is none.
    ///   - initiator: Who makes the browser open it. The default is a link on a page of the same origin.
    /// - Returns: The response, after redirects within the origin. A redirect to another origin is returned as it is.
    /// - Throws: ``BrowserClientError``, and what the server throws.
    @discardableResult
    public func get(
        _ path: String,
        headerFields: HTTPFields = [:],
        initiatedBy initiator: TestBrowser.Initiator = .sameOrigin
    ) async throws -> BrowserResponse {
        try await self.send(.get, path, headerFields, [], initiator, .page)
    }

    /// Sends a form with POST, as a button of a page does.
    ///
    /// - Parameters:
    ///   - path: The path, with its query, or a whole URL of the same origin.
    ///   - form: The fields of the form.
    ///   - headerFields: Further header fields. The default is none.
    ///   - initiator: The page with the form. The default is a page of the same origin. With
    ///     `crossSiteSubresource` it is a page of another site.
    /// - Returns: The response, after redirects within the origin.
    /// - Throws: ``BrowserClientError``, and what the server throws.
    @discardableResult
    public func submit(
        _ form: [String: String],
        to path: String,
        headerFields: HTTPFields = [:],
        initiatedBy initiator: TestBrowser.Initiator = .sameOrigin
    ) async throws -> BrowserResponse {
        var headerFields = headerFields
        headerFields[.contentType] = headerFields[.contentType] ?? "application/x-www-form-urlencoded"
        return try await self.send(.post, path, headerFields, FormEncoding.encode(form), initiator, .page)
    }

    /// Sends a request of a script, as `fetch()` does.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: The path, with its query, or a whole URL of the same origin.
    ///   - headerFields: Further header fields, such as `Content-Type`. The default is none.
    ///   - body: The body. The default is none.
    ///   - initiator: The page with the script. The default is a page of the same origin.
    /// - Returns: The response, after redirects within the origin.
    /// - Throws: ``BrowserClientError``, and what the server throws.
    @discardableResult
    public func fetch(
        _ method: HTTPRequest.Method = .get,
        _ path: String,
        headerFields: HTTPFields = [:],
        body: String = "",
        initiatedBy initiator: TestBrowser.Initiator = .sameOrigin
    ) async throws -> BrowserResponse {
        try await self.send(method, path, headerFields, Array(body.utf8), initiator, .data)
    }

    /// The maximum number of redirects (Fetch standard, "HTTP-redirect fetch").
    private static let maximumRedirectCount = 20

    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ headerFields: HTTPFields,
        _ body: [UInt8],
        _ initiator: TestBrowser.Initiator,
        _ purpose: TestBrowser.Purpose
    ) async throws -> BrowserResponse {
        var (method, headerFields, body) = (method, headerFields, body)
        var url = try self.url(of: path, from: self.origin + "/")
        for _ in 0...Self.maximumRedirectCount {
            let response = try await self.sendOnce(method, url, headerFields, body, initiator, purpose)
            guard let next = try self.redirect(of: response) else { return response }
            url = next
            let becomesGet =
                response.status == .seeOther
                ? method != .get && method != .head
                : method == .post && (response.status == .movedPermanently || response.status == .found)
            if becomesGet {
                method = .get
                body = []
                headerFields[.contentType] = nil
            }
        }
        throw BrowserClientError(
            .tooManyRedirects, "More than \(Self.maximumRedirectCount) redirects. The last one leads to \(url).")
    }

    private func sendOnce(
        _ method: HTTPRequest.Method,
        _ url: String,
        _ headerFields: HTTPFields,
        _ body: [UInt8],
        _ initiator: TestBrowser.Initiator,
        _ purpose: TestBrowser.Purpose
    ) async throws -> BrowserResponse {
        guard let location = TestLocation(url), let target = URL(string: url) else { throw Self.invalid(url) }
        var headerFields = headerFields
        self.browser.addFields(
            to: &headerFields, method: method, for: url, initiatedBy: initiator, purpose: purpose)
        let query = target.query(percentEncoded: true).map { "?" + $0 } ?? ""
        let request = HTTPRequest(
            method: method, scheme: location.scheme, authority: location.authority, path: location.path + query,
            headerFields: headerFields)
        var response = try await self.sendRequest(request, body)
        self.browser.receive(response.headerFields, from: url)
        response.url = url
        return response
    }

    /// Where a browser goes next: nil if the response is no redirect, or if it leads to another origin.
    private func redirect(of response: BrowserResponse) throws -> String? {
        let redirects: [HTTPResponse.Status] = [
            .movedPermanently, .found, .seeOther, .temporaryRedirect, .permanentRedirect,
        ]
        guard redirects.contains(response.status), let location = response.headerFields[.location] else { return nil }
        let url = try self.url(of: location, from: response.url)
        return TestLocation(url)?.origin == TestLocation(self.origin)?.origin ? url : nil
    }

    private func url(of reference: String, from base: String) throws -> String {
        guard let url = TestLocation(base)?.resolving(reference), TestLocation(url) != nil else {
            throw Self.invalid(reference)
        }
        return url
    }

    private static func invalid(_ url: String) -> BrowserClientError {
        BrowserClientError(.invalidURL, "\(url.debugDescription) is not a path or an http or https URL.")
    }
}
