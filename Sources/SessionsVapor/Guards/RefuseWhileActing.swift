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

/// Lets a request of a logged-in user pass unless an administrator acts as that user, and answers all other requests
/// itself. Use it before what an administrator must never do as someone else. Add it after
/// ``SessionEngineMiddleware``.
public struct RefuseWhileActing: AsyncMiddleware {
    private let middleware: GuardingMiddleware

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - response: The response to requests of users who are not logged in. The default is 401. An administrator who
    ///     acts as another user gets 403.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    public init(_ response: GuardResponse = .unauthorized, in slot: SessionSlot = .standard) {
        self.middleware = GuardingMiddleware(sessionGuard: .notActing(response), slot: slot)
    }

    /// Runs the handler if the user is present.
    public func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        try await self.middleware.respond(to: request, chainingTo: next)
    }
}
#endif
