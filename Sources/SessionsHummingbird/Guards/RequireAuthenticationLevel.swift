//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Hummingbird
public import Sessions

/// Lets requests of users pass who have reached a level of authentication, and answers all others itself: before what a
/// password alone does not do (step-up; RFC 9470).
///
/// ```swift
/// let payments = try router.group("payments")
///     .add(middleware: RequireAuthenticationLevel(.aal2, within: .seconds(15 * 60), .redirect(to: "/login/second")))
/// ```
///
/// The page that it leads to checks the second factor and calls `session.reauthenticate(methods:level:)`. A client with
/// a bearer token gets 401 and the challenge `insufficient_user_authentication`, with `acr_values` and `max_age`.
public struct RequireAuthenticationLevel<Context: SessionsRequestContext>: RouterMiddleware {
    private let level: AuthenticationLevel
    private let age: Duration?
    private let response: GuardResponse
    private let storage: SessionsMiddleware<Context>.StoragePath

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - level: The level; a higher rank does as well.
    ///   - age: How long ago the level may have been reached. The default is nil: in this session.
    ///   - response: What others get. The default is 401.
    ///   - storage: Where in the context the session is. The default is `\.sessions`.
    /// - Throws: `SessionError` with the code `invalidAuthentication` when no user can reach the level, or
    ///   `configuration` when the age is less than a second, which no one keeps.
    public init(
        _ level: AuthenticationLevel,
        within age: Duration? = nil,
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) throws(SessionError) {
        try level.check()
        if let age, age < .seconds(1) { throw .tooRecent(age, guard: "RequireAuthenticationLevel") }
        self.level = level
        self.age = age
        self.response = response
        self.storage = storage
    }

    /// Lets the handler run if the user has reached the level.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            try context[keyPath: self.storage].session.requireAuthentication(level: self.level, within: self.age)
        } catch {
            return try self.response.response(to: request, refusedBy: error, context.logger)
        }
        return try await next(request, context)
    }
}
#endif
