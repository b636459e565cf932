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
import SessionsHTTP

/// Loads the application's own user for the session's subject into the context.
///
/// ```swift
/// router.add(middleware: LoadUser(into: \.user) { subject in try await users.find(subject) })
/// ```
///
/// A user that no longer exists is logged out: the session ends, and the request continues without a login, so that a
/// ``RequireLogin`` after it rejects the request. Add it after ``SessionsMiddleware``.
public struct LoadUser<Context: SessionsRequestContext, User>: RouterMiddleware {
    /// Where a context keeps the user.
    public typealias UserPath = any WritableKeyPath<Context, User?> & Sendable

    private let user: UserPath
    private let storage: SessionsMiddleware<Context>.StoragePath
    private let find: @Sendable (String) async throws -> User?

    /// Creates a middleware.
    ///
    /// - Parameters:
    ///   - user: Where the context keeps the user.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    ///   - find: Finds a user by the subject that is logged in, or returns nil if the user no longer exists. Its errors
    ///     are rethrown and log no one out.
    public init(
        into user: UserPath,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions,
        _ find: @escaping @Sendable (_ subject: String) async throws -> User?
    ) {
        self.user = user
        self.storage = storage
        self.find = find
    }

    /// Finds the user, if one is logged in, before the handler runs.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let session = try context[keyPath: self.storage].session
        guard session.subject != nil else { return try await next(request, context) }
        var context = context
        context[keyPath: self.user] = try await session.loadUser(logger: context.logger, self.find)
        return try await next(request, context)
    }
}
#endif
