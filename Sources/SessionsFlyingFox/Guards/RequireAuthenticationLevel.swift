//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
public import FlyingFox
public import Sessions
public import SessionsHTTP

/// Lets a request pass only if its user has reached a level of authentication, and answers all other requests itself.
/// Use it for what a password alone must not allow (step-up; RFC 9470).
///
/// The page that it redirects to checks the second factor and calls `session.reauthenticate(methods:level:)`. A client
/// with a bearer token gets 401 and the challenge `insufficient_user_authentication`, with `acr_values` and `max_age`.
public struct RequireAuthenticationLevel: HTTPHandler {
    private let guarded: GuardedHandler

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - level: The required level. A higher rank passes as well.
    ///   - age: The maximum time since the level was reached. The default is nil: any time in this session.
    ///   - response: The response to rejected requests. The default is 401.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads.
    ///   - handler: The handler of the requests that pass.
    /// - Throws: `SessionError` with the code `invalidAuthentication` when no user can reach the level, or
    ///   `configuration` when the age is less than a second, which no user can meet.
    public init(
        _ level: AuthenticationLevel,
        within age: Duration? = nil,
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware.Storage = SessionsMiddleware.$session,
        handler: any HTTPHandler
    ) throws(SessionError) {
        self.guarded = GuardedHandler(
            sessionGuard: try .authenticationLevel(level, within: age, response), storage: storage, handler: handler)
    }

    /// Runs the handler if the user has reached the level.
    public func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await self.guarded.handleRequest(request)
    }
}
#endif
