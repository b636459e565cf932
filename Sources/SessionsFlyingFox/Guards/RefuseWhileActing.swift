//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
public import FlyingFox
import Sessions
public import SessionsHTTP

/// Lets a request of a logged-in user pass unless an administrator acts as that user, and answers all other requests
/// itself. Use it before what an administrator must never do as someone else.
public struct RefuseWhileActing: HTTPHandler {
    private let guarded: GuardedHandler

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - response: The response to requests of users who are not logged in. The default is 401. An
    ///     administrator who acts as another user gets 403.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads.
    ///   - handler: The handler of the requests that pass.
    public init(
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware.Storage = SessionsMiddleware.$session,
        handler: any HTTPHandler
    ) {
        self.guarded = GuardedHandler(sessionGuard: .notActing(response), storage: storage, handler: handler)
    }

    /// Runs the handler if the user is present.
    public func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await self.guarded.handleRequest(request)
    }
}
#endif
