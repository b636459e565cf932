//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import NIOCore
import NIOHTTP1
public import Sessions
public import SessionsTesting
import Vapor
import VaporTestUtils
public import VaporTesting

extension BrowserClient {
    /// Creates a browser in front of Vapor's test client, or of the application itself.
    ///
    /// ```swift
    /// @Test("a signed-in user sees their account")
    /// func account() async throws {
    ///     try await withApp(configure: { try configure($0, engine) }) { app async throws in
    ///         let browser = BrowserClient(app)
    ///         try await browser.logIn("ada", with: engine)
    ///         #expect(try await browser.get("/account").text == "Hello, ada")
    ///     }
    /// }
    /// ```
    ///
    /// Every client that you create has cookies of its own: two of them are two browsers.
    ///
    /// Vapor's test client has no TLS. If the origin is `https`, the requests have `X-Forwarded-Proto`, as those of a
    /// proxy with TLS.
    ///
    /// - Parameters:
    ///   - client: The application, or the client of `app.testing(method:)`.
    ///   - origin: The scheme, host and port of the server, as browsers see it. The default is `https://example.com`.
    ///   - clock: The clock by which cookies expire. The default is the system's. Give it the clock of the engine.
    ///   - sendsFetchMetadata: Whether it is a current browser. The default is true.
    public init(
        _ client: any TestingApplicationTester,
        origin: String = "https://example.com",
        clock: SessionClock = .system,
        sendsFetchMetadata: Bool = true
    ) {
        self.init(origin: origin, clock: clock, sendsFetchMetadata: sendsFetchMetadata) { request, body in
            BrowserResponse(try await client.performTest(request: TestingHTTPRequest(request, body)))
        }
    }
}

extension TestingHTTPRequest {
    /// The request of a browser, as a proxy forwards it.
    fileprivate init(_ request: HTTPRequest, _ body: [UInt8]) {
        var headers = HTTPHeaders()
        for field in request.headerFields { headers.add(name: field.name.rawName, value: field.value) }
        if let authority = request.authority, !headers.contains(name: .host) {
            headers.add(name: .host, value: authority)
        }
        if let scheme = request.scheme, !headers.contains(name: .xForwardedProto) {
            headers.add(name: .xForwardedProto, value: scheme)
        }
        self.init(
            method: HTTPMethod(rawValue: request.method.rawValue), url: URI(string: request.path ?? "/"),
            headers: headers, body: ByteBuffer(bytes: body))
    }
}

extension BrowserResponse {
    fileprivate init(_ response: TestingHTTPResponse) {
        var fields = HTTPFields()
        for (name, value) in response.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        self.init(
            status: HTTPResponse.Status(code: Int(response.status.code)), headerFields: fields,
            body: Array(response.body.readableBytesView))
    }
}
#endif
