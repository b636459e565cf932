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
public import SessionsHTTP

/// Compares each request with the login of its session (`KnownDevices.check`), and answers requests that the policies
/// of the known devices reject.
///
/// ```swift
/// let account = try router.group("account")
///     .add(middleware: CheckKnownDevices(devices, .redirect(to: "/login/again")))
/// ```
///
/// The page that it redirects to checks the password again and calls `session.reauthenticate()`. Leave it outside of
/// this guard.
public struct CheckKnownDevices<Context: SessionsRequestContext>: RouterMiddleware {
    private let devices: KnownDevices
    private let response: GuardResponse
    private let storage: SessionsMiddleware<Context>.StoragePath

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - devices: The known devices.
    ///   - response: The response to rejected requests. The default is 401.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    public init(
        _ devices: KnownDevices,
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) {
        self.devices = devices
        self.response = response
        self.storage = storage
    }

    /// Runs the handler if no policy rejects the request.
    public func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            try await self.devices.check(try context[keyPath: self.storage].session)
        } catch let error as SessionError {
            return Response(try self.response.reply(to: request.head, refusedBy: error, context.logger))
        }
        return try await next(request, context)
    }
}
#endif
