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

/// Lets a request pass only if its user authenticated a short while ago, and answers all other requests itself. Use it
/// before a change of the password and other sensitive operations (step-up; ASVS 5.0, 7.5.1 and 7.5.3).
///
/// ```swift
/// let sensitive = try router.group("account")
///     .add(middleware: RequireRecentLogin(within: .seconds(5 * 60), .redirect(to: "/login/again")))
/// ```
///
/// The page that it redirects to checks the password again and calls `session.reauthenticate()`.
public struct RequireRecentLogin<Context: SessionsRequestContext>: RouterMiddleware {
    private let middleware: GuardingMiddleware<Context>

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - age: The maximum time since the login or the last re-authentication.
    ///   - response: The response to rejected requests. The default is 401.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    /// - Throws: `SessionError` with the code `configuration` when the age is less than a second, which no user can
    ///   meet.
    public init(
        within age: Duration,
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) throws(SessionError) {
        self.middleware = GuardingMiddleware(sessionGuard: try .recentLogin(within: age, response), storage: storage)
    }

    /// Runs the handler if the user authenticated recently.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        try await self.middleware.handle(request, context: context, next: next)
    }
}
#endif
