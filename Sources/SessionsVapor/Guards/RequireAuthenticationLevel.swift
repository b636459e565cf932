//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
public import Sessions
public import SessionsHTTP
public import Vapor

/// Lets a request pass only if its user has reached a level of authentication, and answers all other requests itself.
/// Use it for what a password alone must not allow (step-up; RFC 9470).
///
/// The page that it redirects to checks the second factor and calls `reauthenticate(methods:level:)` of the session. A
/// client with a bearer token gets 401 and the challenge `insufficient_user_authentication`, with `acr_values` and
/// `max_age`.
public struct RequireAuthenticationLevel: AsyncMiddleware {
    private let middleware: GuardingMiddleware

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - level: The required level. A higher rank passes as well.
    ///   - age: The maximum time since the level was reached. The default is nil: any time in this session.
    ///   - response: The response to rejected requests. The default is 401.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    /// - Throws: `SessionError` with the code `invalidAuthentication` when no user can reach the level, or
    ///   `configuration` when the age is less than a second, which no user can meet.
    public init(
        _ level: AuthenticationLevel,
        within age: Duration? = nil,
        _ response: GuardResponse = .unauthorized,
        in slot: SessionSlot = .standard
    ) throws(SessionError) {
        self.middleware = GuardingMiddleware(
            sessionGuard: try .authenticationLevel(level, within: age, response), slot: slot)
    }

    /// Runs the handler if the user has reached the level.
    public func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        try await self.middleware.respond(to: request, chainingTo: next)
    }
}
#endif
