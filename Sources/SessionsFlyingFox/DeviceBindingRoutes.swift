//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox && DeviceBinding
public import FlyingFox
import HTTPTypes
import Logging
public import Sessions
import SessionsDeviceBinding
import SessionsHTTP

/// The routes of device-bound sessions: where browsers register their keys and refresh their cookies.
///
/// ```swift
/// try DeviceBindingRoutes(engine.configuration).add(to: &routes)
/// ```
///
/// The routes must be inside of ``SessionsMiddleware``, and outside of ``CSRFMiddleware`` and of guards: browsers send
/// these requests by themselves, and a proof protects them.
public struct DeviceBindingRoutes: Sendable {
    private let responder: DeviceBindingResponder
    private let storage: SessionsMiddleware.Storage

    /// Creates the routes.
    ///
    /// - Parameters:
    ///   - configuration: The options of the engine, with its policy `deviceBinding`.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads.
    /// - Throws: `SessionError` with the code `configuration` when no sessions are bound.
    public init(
        _ configuration: SessionConfiguration,
        in storage: SessionsMiddleware.Storage = SessionsMiddleware.$session
    ) throws(SessionError) {
        self.responder = try DeviceBindingResponder(configuration)
        self.storage = storage
    }

    /// Adds the routes, at the paths of the policy.
    ///
    /// - Parameter routes: The routes whose paths are those that browsers see.
    public func add(to routes: inout RoutedHTTPHandler) {
        routes.appendRoute(self.responder.registrationPath, for: [.POST]) { request in
            let head = HTTPTypes.HTTPRequest(request)
            let reply = try await self.responder.register(
                head,
                session: self.storage.accessedSession,
                logger: SessionsMiddleware.requestLogger
            )
            return FlyingFox.HTTPResponse(reply, to: request)
        }
        routes.appendRoute(self.responder.refreshPath, for: [.POST]) { request in
            let head = HTTPTypes.HTTPRequest(request)
            let reply = try await self.responder.refresh(
                head,
                session: self.storage.accessedSession,
                logger: SessionsMiddleware.requestLogger
            )
            return FlyingFox.HTTPResponse(reply, to: request)
        }
    }
}
#endif
