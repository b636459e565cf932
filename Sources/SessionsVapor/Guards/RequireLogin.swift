//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import Sessions
public import SessionsHTTP
public import Vapor

/// Lets a request pass only if a user is logged in, and answers all other requests itself.
///
/// ```swift
/// let api = app.grouped(RequireLogin())
/// let pages = app.grouped(RequireLogin(try .redirect(to: "/login")))
/// ```
///
/// No other request reaches the handler, whatever its method. Add it after ``SessionEngineMiddleware``.
public struct RequireLogin: AsyncMiddleware {
    private let middleware: GuardingMiddleware

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - response: The response to rejected requests. The default is 401.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    public init(_ response: GuardResponse = .unauthorized, in slot: SessionSlot = .standard) {
        self.middleware = GuardingMiddleware(sessionGuard: .login(response), slot: slot)
    }

    /// Runs the handler if a user is logged in.
    public func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        try await self.middleware.respond(to: request, chainingTo: next)
    }
}
#endif
