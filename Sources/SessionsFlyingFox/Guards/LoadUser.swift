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
import SessionsHTTP

/// Loads the application's own user for the session's subject.
///
/// ```swift
/// enum App {
///     @TaskLocal static var user: User?
/// }
///
/// LoadUser(into: App.$user, handler: routes) { subject in try await users.find(subject) }
/// ```
///
/// A user that no longer exists is logged out: the session ends, and the request continues without a login, so that a
/// ``RequireLogin`` inside of it rejects the request. Put it inside of ``SessionsMiddleware``.
public struct LoadUser<User: Sendable>: HTTPHandler {
    private let user: TaskLocal<User?>
    private let storage: SessionsMiddleware.Storage
    private let handler: any HTTPHandler
    private let find: @Sendable (String) async throws -> User?

    /// Creates a middleware.
    ///
    /// - Parameters:
    ///   - user: Where the user is kept while the handler runs.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads.
    ///   - handler: The handler of the requests.
    ///   - find: Finds a user by the subject that is logged in, or returns nil if the user no longer exists. Its errors
    ///     are rethrown and log no one out.
    public init(
        into user: TaskLocal<User?>,
        in storage: SessionsMiddleware.Storage = SessionsMiddleware.$session,
        handler: any HTTPHandler,
        _ find: @escaping @Sendable (_ subject: String) async throws -> User?
    ) {
        self.user = user
        self.storage = storage
        self.handler = handler
        self.find = find
    }

    /// Finds the user, if one is logged in, before the handler runs.
    public func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        let session = try self.storage.accessedSession
        let user = try await session.loadUser(logger: SessionsMiddleware.requestLogger, self.find)
        return try await self.user.withValue(user) { try await self.handler.handleRequest(request) }
    }
}
#endif
