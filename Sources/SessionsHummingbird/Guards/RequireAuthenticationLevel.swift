//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Hummingbird
public import Sessions
public import SessionsHTTP

/// Lets a request pass only if its user has reached a level of authentication, and answers all other requests itself.
/// Use it for what a password alone must not allow (step-up; RFC 9470).
///
/// ```swift
/// let payments = try router.group("payments")
///     .add(middleware: RequireAuthenticationLevel(.aal2, within: .seconds(15 * 60), .redirect(to: "/login/second")))
/// ```
///
/// The page that it redirects to checks the second factor and calls `session.reauthenticate(methods:level:)`. A client
/// with a bearer token gets 401 and the challenge `insufficient_user_authentication`, with `acr_values` and `max_age`.
public struct RequireAuthenticationLevel<Context: SessionsRequestContext>: RouterMiddleware {
    private let middleware: GuardingMiddleware<Context>

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - level: The required level. A higher rank passes as well.
    ///   - age: The maximum time since the level was reached. The default is nil: any time in this session.
    ///   - response: The response to rejected requests. The default is 401.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    /// - Throws: `SessionError` with the code `invalidAuthentication` when no user can reach the level, or
    ///   `configuration` when the age is less than a second, which no user can meet.
    public init(
        _ level: AuthenticationLevel,
        within age: Duration? = nil,
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) throws(SessionError) {
        self.middleware = GuardingMiddleware(
            sessionGuard: try .authenticationLevel(level, within: age, response), storage: storage)
    }

    /// Runs the handler if the user has reached the level.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        try await self.middleware.handle(request, context: context, next: next)
    }
}
#endif
