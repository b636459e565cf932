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

/// Lets a request pass only if its user authenticated a short while ago, and answers all other requests itself. Use it
/// before a change of the password and other sensitive operations (step-up; ASVS 5.0, 7.5.1 and 7.5.3).
///
/// The page that it redirects to checks the password again and calls `reauthenticate()` of the session.
public struct RequireRecentLogin: AsyncMiddleware {
    private let middleware: GuardingMiddleware

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - age: The maximum time since the login or the last re-authentication.
    ///   - response: The response to rejected requests. The default is 401.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    /// - Throws: `SessionError` with the code `configuration` when the age is less than a second, which no user can
    ///   meet.
    public init(
        within age: Duration,
        _ response: GuardResponse = .unauthorized,
        in slot: SessionSlot = .standard
    ) throws(SessionError) {
        self.middleware = GuardingMiddleware(sessionGuard: try .recentLogin(within: age, response), slot: slot)
    }

    /// Runs the handler if the user authenticated recently.
    public func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        try await self.middleware.respond(to: request, chainingTo: next)
    }
}
#endif
