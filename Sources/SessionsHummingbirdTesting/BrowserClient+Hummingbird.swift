//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
public import HummingbirdTesting
import NIOCore
public import Sessions
public import SessionsTesting

extension BrowserClient {
    /// Creates a browser in front of Hummingbird's test client.
    ///
    /// ```swift
    /// @Test("a signed-in user sees their account")
    /// func account() async throws {
    ///     try await app.test(.router) { client in
    ///         let browser = BrowserClient(client)
    ///         try await browser.logIn("ada", with: engine)
    ///         #expect(try await browser.get("/account").text == "Hello, ada")
    ///     }
    /// }
    /// ```
    ///
    /// Every client that you create has cookies of its own: two of them are two browsers.
    ///
    /// - Parameters:
    ///   - client: The client of `app.test(.router)` or `app.test(.live)`.
    ///   - origin: The scheme, host and port of the server, as browsers see it. The default is `https://example.com`,
    ///     which keeps `Secure` cookies although the test client uses no TLS.
    ///   - clock: The clock by which cookies expire. The default is the system's. Give it the clock of the engine.
    ///   - sendsFetchMetadata: Whether it is a current browser. The default is true.
    public init(
        _ client: some TestClientProtocol,
        origin: String = "https://example.com",
        clock: SessionClock = .system,
        sendsFetchMetadata: Bool = true
    ) {
        self.init(origin: origin, clock: clock, sendsFetchMetadata: sendsFetchMetadata) { request, body in
            let response = try await client.executeRequest(
                uri: request.path ?? "/",
                method: request.method,
                headers: request.headerFields,
                body: body.isEmpty ? nil : ByteBuffer(bytes: body)
            )
            return BrowserResponse(
                status: response.status,
                headerFields: response.headers,
                body: Array(response.body.readableBytesView)
            )
        }
    }
}
#endif
