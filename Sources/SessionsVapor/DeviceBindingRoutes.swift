//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor && DeviceBinding
import HTTPTypes
import NIOHTTP1
public import Sessions
import SessionsDeviceBinding
import SessionsHTTP
public import Vapor

/// The routes of device-bound sessions: where browsers register their keys and refresh their cookies.
///
/// ```swift
/// app.middleware.use(SessionEngineMiddleware(engine))
/// app.middleware.use(try DeviceBindingRoutes(engine.configuration))
/// app.middleware.use(CSRFMiddleware())
/// ```
///
/// It is a middleware, because every middleware of a Vapor application is around all of its routes, and these two must
/// be inside of ``SessionEngineMiddleware`` and outside of ``CSRFMiddleware`` and of guards: browsers send these
/// requests by themselves, and a proof protects them. It answers POST to the two paths of the policy, and lets all
/// other requests pass.
public struct DeviceBindingRoutes: AsyncMiddleware {
    private let responder: DeviceBindingResponder
    private let slot: SessionSlot

    /// Creates the routes.
    ///
    /// - Parameters:
    ///   - configuration: The options of the engine, with its policy `deviceBinding`.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    /// - Throws: `SessionError` with the code `configuration` when no sessions are bound.
    public init(_ configuration: SessionConfiguration, in slot: SessionSlot = .standard) throws(SessionError) {
        self.responder = try DeviceBindingResponder(configuration)
        self.slot = slot
    }

    /// Answers a request for one of the paths, and runs the handler for any other.
    public func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        guard request.method == .POST else { return try await next.respond(to: request) }
        switch request.url.path {
        case self.responder.registrationPath:
            let session = try request.currentSession(in: self.slot)
            return Response(try await self.responder.register(request.head, session: session, logger: request.logger))
        case self.responder.refreshPath:
            let session = try request.currentSession(in: self.slot)
            return Response(try await self.responder.refresh(request.head, session: session, logger: request.logger))
        default:
            return try await next.respond(to: request)
        }
    }
}
#endif
