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

/// Lets a request pass only if a user is logged in, and answers all other requests itself.
///
/// ```swift
/// router.group("api").add(middleware: RequireLogin()).get("orders", use: orders)
/// try router.group("account").add(middleware: RequireLogin(.redirect(to: "/login"))).get(use: account)
/// ```
///
/// No other request reaches a handler behind it, whatever its method and however its path is written. Add it after
/// ``SessionsMiddleware``.
public struct RequireLogin<Context: SessionsRequestContext>: RouterMiddleware {
    private let middleware: GuardingMiddleware<Context>

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - response: The response to rejected requests. The default is 401.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    public init(
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) {
        self.middleware = GuardingMiddleware(sessionGuard: .login(response), storage: storage)
    }

    /// Runs the handler if a user is logged in.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        try await self.middleware.handle(request, context: context, next: next)
    }
}
#endif
