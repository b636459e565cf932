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

/// Lets a request pass only if its session is bound to a device, and answers all other requests itself. Use it before
/// operations that a thief of a cookie would want.
///
/// ```swift
/// let sensitive = app.grouped(RequireDeviceBound())
/// ```
///
/// The policy `SessionConfiguration.deviceBinding` decides which requests are rejected: with `.required`, those that it
/// selects; with `.offered` and `.reportOnly` none, and events say what would have been. With `.off`, every request
/// fails, because the guard would protect nothing.
public struct RequireDeviceBound: AsyncMiddleware {
    private let middleware: GuardingMiddleware

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - response: The response to requests of users who are not logged in. The default is 401. A session that is not
    ///     bound gets 403.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    public init(_ response: GuardResponse = .unauthorized, in slot: SessionSlot = .standard) {
        self.middleware = GuardingMiddleware(sessionGuard: .deviceBound(response), slot: slot)
    }

    /// Runs the handler if the session is bound, or need not be.
    public func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        try await self.middleware.respond(to: request, chainingTo: next)
    }
}
#endif
