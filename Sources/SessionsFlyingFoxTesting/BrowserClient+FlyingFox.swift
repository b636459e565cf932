//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
public import FlyingFox
import Foundation
import HTTPTypes
public import Sessions
public import SessionsTesting

extension BrowserClient {
    /// Creates a browser in front of the handler of a FlyingFox server. Nothing is sent over a socket.
    ///
    /// ```swift
    /// @Test("a signed-in user sees their account")
    /// func account() async throws {
    ///     let browser = BrowserClient(try makeServerHandler(engine))
    ///     try await browser.logIn("ada", with: engine)
    ///     #expect(try await browser.get("/account").text == "Hello, ada")
    /// }
    /// ```
    ///
    /// Every client that you create has cookies of its own: two of them are two browsers.
    ///
    /// FlyingFox has no TLS. The requests come from 127.0.0.1 with `X-Forwarded-Proto`, as those of a proxy with TLS on
    /// the same machine. As on the server, an error of the handler is a response with 500.
    ///
    /// - Parameters:
    ///   - handler: The handler that the server gets.
    ///   - origin: The scheme, host and port of the server, as browsers see it. The default is `https://example.com`.
    ///   - clock: The clock by which cookies expire. The default is the system's. Give it the clock of the engine.
    ///   - sendsFetchMetadata: Whether it is a current browser. The default is true.
    public init(
        _ handler: any HTTPHandler,
        origin: String = "https://example.com",
        clock: SessionClock = .system,
        sendsFetchMetadata: Bool = true
    ) {
        self.init(origin: origin, clock: clock, sendsFetchMetadata: sendsFetchMetadata) { request, body in
            do {
                let response = try await handler.handleRequest(FlyingFox.HTTPRequest(request, body))
                return try await BrowserResponse(response)
            } catch is HTTPUnhandledError {
                return BrowserResponse(status: .notFound)
            } catch {
                return BrowserResponse(status: .internalServerError)
            }
        }
    }
}

extension FlyingFox.HTTPRequest {
    /// The request of a browser, as a proxy forwards it.
    fileprivate init(_ request: HTTPTypes.HTTPRequest, _ body: [UInt8]) {
        var headers = HTTPHeaders()
        for field in request.headerFields { headers.addValue(field.value, for: HTTPHeader(field.name.rawName)) }
        headers[.host] = headers[.host] ?? request.authority
        let scheme = HTTPHeader("X-Forwarded-Proto")
        headers[scheme] = headers[scheme] ?? request.scheme
        let parts = (request.path ?? "/").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            method: HTTPMethod(request.method.rawValue),
            version: .http11,
            target: Target(path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : ""),
            headers: headers,
            body: HTTPBodySequence(data: Data(body)),
            remoteAddress: .ip4("127.0.0.1", port: 1)
        )
    }
}

extension BrowserResponse {
    fileprivate init(_ response: FlyingFox.HTTPResponse) async throws {
        var fields = HTTPFields()
        for (header, value) in response.headers {
            if let name = HTTPField.Name(header.rawValue) { fields.append(HTTPField(name: name, value: value)) }
        }
        let status = HTTPTypes.HTTPResponse.Status(code: response.statusCode.code)
        self.init(status: status, headerFields: fields, body: Array(try await response.bodyData))
    }
}
#endif
