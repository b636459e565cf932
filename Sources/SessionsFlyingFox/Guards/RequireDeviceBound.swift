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

/// Lets a request pass only if its session is bound to a device, and answers all other requests itself. Use it before
/// operations that a thief of a cookie would want.
///
/// The policy `SessionConfiguration.deviceBinding` decides which requests are rejected: with `.required`, those that it
/// selects; with `.offered` and `.reportOnly` none, and events say what would have been. With `.off`, every request
/// fails, because the guard would protect nothing.
public struct RequireDeviceBound: HTTPHandler {
    private let guarded: GuardedHandler

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - response: The response to requests of users who are not logged in. The default is 401. A session that is not
    ///     bound gets 403.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads.
    ///   - handler: The handler of the requests that pass.
    public init(
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware.Storage = SessionsMiddleware.$session,
        handler: any HTTPHandler
    ) {
        self.guarded = GuardedHandler(
            sessionGuard: .deviceBound(response), storage: storage, handler: handler)
    }

    /// Runs the handler if the session is bound, or need not be.
    public func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await self.guarded.handleRequest(request)
    }
}
#endif
