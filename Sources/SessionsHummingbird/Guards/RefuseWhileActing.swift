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

/// Lets a request of a logged-in user pass unless an administrator acts as that user, and answers all other requests
/// itself. Use it before what an administrator must never do as someone else.
///
/// ```swift
/// let password = router.group("password").add(middleware: RefuseWhileActing())
/// ```
public struct RefuseWhileActing<Context: SessionsRequestContext>: RouterMiddleware {
    private let sessionGuard: SessionGuard
    private let storage: SessionsMiddleware<Context>.StoragePath

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - response: The response to requests of users who are not logged in. The default is 401. An
    ///     administrator who acts as another user gets 403.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    public init(
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) {
        self.sessionGuard = .notActing(response)
        self.storage = storage
    }

    /// Runs the handler if the user is present.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let session = try context[keyPath: self.storage].session
        if let reply = try self.sessionGuard.reply(to: request.head, session: session, logger: context.logger) {
            return Response(reply)
        }
        return try await next(request, context)
    }
}
#endif
