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

/// Lets requests of users pass who are logged in, and answers all others itself.
///
/// ```swift
/// router.group("api").add(middleware: RequireLogin()).get("orders", use: orders)
/// try router.group("account").add(middleware: RequireLogin(.redirect(to: "/login"))).get(use: account)
/// ```
///
/// Whatever the method is, and however its path is written, no request gets to a handler behind it otherwise. It stands
/// behind ``SessionsMiddleware``.
public struct RequireLogin<Context: SessionsRequestContext>: RouterMiddleware {
    private let response: GuardResponse
    private let storage: SessionsMiddleware<Context>.StoragePath

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - response: What others get. The default is 401.
    ///   - storage: Where in the context the session is. The default is `\.sessions`.
    public init(
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) {
        self.response = response
        self.storage = storage
    }

    /// Lets the handler run if somebody is logged in.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            try context[keyPath: self.storage].session.requireAuthenticated()
        } catch {
            return try self.response.response(to: request, refusedBy: error, context.logger)
        }
        return try await next(request, context)
    }
}
#endif
