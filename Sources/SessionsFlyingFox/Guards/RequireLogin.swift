//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
public import FlyingFox
import Sessions
public import SessionsHTTP

/// Lets a request pass only if a user is logged in, and answers all other requests itself.
///
/// ```swift
/// routes.appendRoute("GET /api/orders", to: RequireLogin(handler: orders))
/// routes.appendRoute("GET /account", to: try RequireLogin(.redirect(to: "/login"), handler: account))
/// ```
///
/// No other request reaches the handler, whatever its method. Put it inside of ``SessionsMiddleware``.
public struct RequireLogin: HTTPHandler {
    private let guarded: GuardedHandler

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - response: The response to rejected requests. The default is 401.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads.
    ///   - handler: The handler of the requests that pass.
    public init(
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware.Storage = SessionsMiddleware.$session,
        handler: any HTTPHandler
    ) {
        self.guarded = GuardedHandler(sessionGuard: .login(response), storage: storage, handler: handler)
    }

    /// Runs the handler if a user is logged in.
    public func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await self.guarded.handleRequest(request)
    }
}
#endif
