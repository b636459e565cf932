//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Hummingbird
import HTTPTypes
import NIOCore
public import Sessions

/// Rejects requests that another site made a browser send in its user's name (cross-site request forgery), with 403.
///
/// ```swift
/// router.add(middleware: SessionsMiddleware(engine))
/// router.add(middleware: CSRFMiddleware())
/// ```
///
/// Add it after ``SessionsMiddleware`` and before every route that changes something.
public struct CSRFMiddleware<Context: SessionsRequestContext>: RouterMiddleware {
    private let protection: CSRFProtection
    private let storage: SessionsMiddleware<Context>.StoragePath

    /// Creates a middleware.
    ///
    /// - Parameters:
    ///   - protection: The protection that decides. The default is one with the default configuration.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    public init(
        _ protection: CSRFProtection = CSRFProtection(),
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) {
        self.protection = protection
        self.storage = storage
    }

    /// Runs the handler unless the request may come from another site. If the form had to be read for its token, the
    /// handler can still read it.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let storage = context[keyPath: self.storage]
        let isSecure =
            self.protection.needsConnectionSecurity(for: request.method, with: request.headers)
            ? try await storage.connection.isSecure : false
        var request = request
        try await self.protection.check(
            SessionRequest(
                method: request.method,
                headerFields: request.headers,
                isSecure: isSecure,
                peer: storage.connection
            ),
            method: request.method,
            authority: request.head.authority,
            session: storage.unmarkedSession
        ) {
            let body = try await request.collectBody(upTo: self.protection.configuration.maximumFormSize)
            return Array(body.readableBytesView)
        }
        return try await next(request, context)
    }
}
#endif
