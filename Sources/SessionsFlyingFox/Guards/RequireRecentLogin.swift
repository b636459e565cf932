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

/// Lets a request pass only if its user authenticated a short while ago, and answers all other requests itself. Use it
/// before a change of the password and other sensitive operations (step-up; ASVS 5.0, 7.5.1 and 7.5.3).
///
/// The page that it redirects to checks the password again and calls `session.reauthenticate()`.
public struct RequireRecentLogin: HTTPHandler {
    private let guarded: GuardedHandler

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - age: The maximum time since the login or the last re-authentication.
    ///   - response: The response to rejected requests. The default is 401.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads.
    ///   - handler: The handler of the requests that pass.
    /// - Throws: `SessionError` with the code `configuration` when the age is less than a second, which no user can
    ///   meet.
    public init(
        within age: Duration,
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware.Storage = SessionsMiddleware.$session,
        handler: any HTTPHandler
    ) throws(SessionError) {
        self.guarded = GuardedHandler(
            sessionGuard: try .recentLogin(within: age, response), storage: storage, handler: handler)
    }

    /// Runs the handler if the user authenticated recently.
    public func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await self.guarded.handleRequest(request)
    }
}
#endif
