//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Hummingbird
import Logging
import Sessions

/// Puts the application's own user into the context: whoever is logged in, as the application knows them.
///
/// ```swift
/// router.add(middleware: LoadUser(into: \.user) { subject in try await users.find(subject) })
/// ```
///
/// A user that no longer exists is treated as logged out: the session ends, and the request goes on as a visitor's, so
/// that a ``RequireLogin`` behind it answers as to any other. It stands behind ``SessionsMiddleware``.
public struct LoadUser<Context: SessionsRequestContext, User>: RouterMiddleware {
    /// Where in a context the user is kept.
    public typealias UserPath = any WritableKeyPath<Context, User?> & Sendable

    private let user: UserPath
    private let storage: SessionsMiddleware<Context>.StoragePath
    private let find: @Sendable (String) async throws -> User?

    /// Creates a middleware.
    ///
    /// - Parameters:
    ///   - user: Where in the context the user is put.
    ///   - storage: Where in the context the session is. The default is `\.sessions`.
    ///   - find: Finds a user by the subject that was logged in, or answers nil when there is no such user any more.
    ///     Its errors go through, and log nobody out.
    public init(
        into user: UserPath,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions,
        _ find: @escaping @Sendable (_ subject: String) async throws -> User?
    ) {
        self.user = user
        self.storage = storage
        self.find = find
    }

    /// Finds the user, if somebody is logged in, before the handler runs.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let session = try context[keyPath: self.storage].session
        guard let subject = session.subject else { return try await next(request, context) }
        var context = context
        context[keyPath: self.user] = try await self.find(subject)
        if context[keyPath: self.user] == nil {
            context.logger.debug("A user who was logged in does not exist any more, and is logged out")
            try await session.logOut(because: .userNotFound)
        }
        return try await next(request, context)
    }
}
#endif
