//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird && DeviceBinding
public import Hummingbird
public import Sessions
import SessionsDeviceBinding
import SessionsHTTP

/// The routes of device-bound sessions: where browsers register their keys and refresh their cookies.
///
/// ```swift
/// try DeviceBindingRoutes<AppContext>(engine.configuration).add(to: router)
/// ```
///
/// Add them after the middleware that opens the session, and before the CSRF protection and guards of your pages:
/// browsers send these requests by themselves, and a proof protects them.
public struct DeviceBindingRoutes<Context: SessionsRequestContext>: Sendable {
    private let responder: DeviceBindingResponder
    private let storage: SessionsMiddleware<Context>.StoragePath

    /// Creates the routes.
    ///
    /// - Parameters:
    ///   - configuration: The options of the engine, with its policy `deviceBinding`.
    ///   - storage: Where the context keeps the session. The default is `\.sessions`.
    /// - Throws: `SessionError` with the code `configuration` when no sessions are bound.
    public init(
        _ configuration: SessionConfiguration,
        in storage: SessionsMiddleware<Context>.StoragePath = \.sessions
    ) throws(SessionError) {
        self.responder = try DeviceBindingResponder(configuration)
        self.storage = storage
    }

    /// Adds the routes, at the paths of the policy.
    ///
    /// - Parameter router: The router whose paths are those that browsers see.
    public func add(to router: some RouterMethods<Context>) {
        router.post(RouterPath(self.responder.registrationPath)) { request, context in
            let session = try context[keyPath: self.storage].session
            return Response(try await self.responder.register(request.head, session: session, logger: context.logger))
        }
        router.post(RouterPath(self.responder.refreshPath)) { request, context in
            let session = try context[keyPath: self.storage].session
            return Response(try await self.responder.refresh(request.head, session: session, logger: context.logger))
        }
    }
}
#endif
