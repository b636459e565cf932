//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Hummingbird
import Sessions
public import SessionsHTTP

/// Lets a request pass only if its session is bound to a device, and answers all other requests itself. Use it before
/// operations that a thief of a cookie would want.
///
/// ```swift
/// let sensitive = router.group("account").add(middleware: RequireDeviceBound())
/// ```
///
/// The policy `SessionConfiguration.deviceBinding` decides which requests are rejected: with `.required`, those that it
/// selects; with `.offered` and `.reportOnly` none, and events say what would have been. With `.off`, every request
/// fails, because the guard would protect nothing.
public struct RequireDeviceBound<Context: SessionsRequestContext>: RouterMiddleware {
    private let middleware: GuardingMiddleware<Context>

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - response: The response to requests of users who are not logged in. The default is 401. A session that is not
    ///     bound gets 403.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    public init(
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) {
        self.middleware = GuardingMiddleware(sessionGuard: .deviceBound(response), storage: storage)
    }

    /// Runs the handler if the session is bound, or need not be.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        try await self.middleware.handle(request, context: context, next: next)
    }
}
#endif
