//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
public import Sessions
public import Vapor

/// Rejects requests that another site made a browser send in its user's name (cross-site request forgery), with 403.
///
/// ```swift
/// app.middleware.use(SessionEngineMiddleware(engine))
/// app.middleware.use(CSRFMiddleware())
/// ```
///
/// Add it after ``SessionEngineMiddleware`` and before every route that changes something. It also checks requests for
/// a WebSocket, which browsers let every site open.
public struct CSRFMiddleware: AsyncMiddleware {
    private let protection: CSRFProtection
    private let slot: SessionSlot

    /// Creates a middleware.
    ///
    /// - Parameters:
    ///   - protection: The protection that decides. The default is one with the default configuration.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    public init(_ protection: CSRFProtection = CSRFProtection(), in slot: SessionSlot = .standard) {
        self.protection = protection
        self.slot = slot
    }

    /// Runs the handler unless the request may come from another site. If the form had to be read for its token, the
    /// handler can still read it.
    public func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        let session = try request.openSession(in: self.slot)
        let (method, fields) = (request.methodOfSessions, HTTPFields(request.headers))
        let needsSecurity = self.protection.needsConnectionSecurity(for: method, with: fields)
        try await self.protection.check(
            SessionRequest(
                method: method,
                headerFields: fields,
                isSecure: needsSecurity ? request.isSecureConnection : false,
                peer: RequestPeer(of: request)
            ),
            method: method,
            authority: request.headers.first(name: .host),
            session: session
        ) {
            try await request.bodyBytes(upTo: self.protection.configuration.maximumFormSize)
        }
        return try await next.respond(to: request)
    }
}
#endif
