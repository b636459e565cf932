//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import Sessions
import SessionsHTTP
public import Vapor

/// Loads the application's own user for the session's subject, and logs the user in to `request.auth`.
///
/// ```swift
/// app.middleware.use(SessionEngineMiddleware(engine))
/// app.middleware.use(LoadUser { subject, request in
///     try await User.find(UUID(subject), on: request.db)
/// })
/// app.get("me") { request in
///     try request.auth.require(User.self).name
/// }
/// ```
///
/// A user that no longer exists is logged out: the session ends, and the request continues without a login, so that a
/// ``RequireLogin`` behind it rejects the request. A handler that calls `request.auth.logout(User.self)` ends the
/// session too. A handler that logs in calls `logIn` of the session, and `request.auth.login(_:)` if the same request
/// needs the user. Add it after ``SessionEngineMiddleware``.
public struct LoadUser<User: Authenticatable>: AsyncMiddleware {
    private let slot: SessionSlot
    private let find: @Sendable (String, Request) async throws -> User?

    /// Creates a middleware.
    ///
    /// - Parameters:
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    ///   - find: Finds a user by the subject that is logged in, or returns nil if the user no longer exists. Its errors
    ///     are rethrown and log no one out.
    public init(
        in slot: SessionSlot = .standard,
        _ find: @escaping @Sendable (_ subject: String, _ request: Request) async throws -> User?
    ) {
        self.slot = slot
        self.find = find
    }

    /// Finds the user, if one is logged in, before the handler runs.
    public func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        let session = try request.currentSession(in: self.slot)
        let user = try await session.loadUser(logger: request.logger) { try await self.find($0, request) }
        guard let user, let id = session.id else { return try await next.respond(to: request) }
        request.auth.login(user)
        let result: Result<Response, any Error>
        do {
            result = .success(try await next.respond(to: request))
        } catch {
            result = .failure(error)
        }
        // A handler that has logged another user in has replaced the session.
        if !request.auth.has(User.self), session.id == id { try await session.logOut() }
        return try result.get()
    }
}
#endif
