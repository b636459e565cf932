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

/// Rejects requests that another site made a browser send in its user's name (cross-site request forgery), with 403.
///
/// ```swift
/// SessionsMiddleware(engine, handler: CSRFMiddleware(handler: routes))
/// ```
///
/// Put it inside of ``SessionsMiddleware`` and around every handler that changes something. It also checks requests for
/// a WebSocket, which browsers let every site open.
public struct CSRFMiddleware: HTTPHandler {
    private let protection: CSRFProtection
    private let storage: SessionsMiddleware.Storage
    private let handler: any HTTPHandler

    /// Creates a middleware.
    ///
    /// - Parameters:
    ///   - protection: The protection that decides. The default is one with the default configuration. FlyingFox has no
    ///     TLS: behind a proxy that has, configure its origins or the engine's trusted proxies.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads.
    ///   - handler: The handler of the requests that are not rejected.
    public init(
        _ protection: CSRFProtection = CSRFProtection(),
        in storage: SessionsMiddleware.Storage = SessionsMiddleware.$session,
        handler: any HTTPHandler
    ) {
        self.protection = protection
        self.storage = storage
        self.handler = handler
    }

    /// Runs the handler unless the request may come from another site. If the form had to be read for its token, the
    /// handler can still read it.
    public func handleRequest(_ request: FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse {
        var request = request
        try await self.protection.check(
            SessionRequest(request),
            method: HTTPTypes.HTTPRequest.Method(request.method),
            authority: request.headers[.host],
            session: self.storage.openSession
        ) {
            let body = try await request.body(upTo: self.protection.configuration.maximumFormSize)
            request.setBodyData(Data(body))
            return body
        }
        return try await self.handler.handleRequest(request)
    }
}
#endif
