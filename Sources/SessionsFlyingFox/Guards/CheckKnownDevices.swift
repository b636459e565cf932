//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
public import FlyingFox
import HTTPTypes
public import Sessions
public import SessionsHTTP

/// Compares each request with the login of its session (`KnownDevices.check`), and answers requests that the policies
/// of the known devices reject.
///
/// The page that it redirects to checks the password again and calls `session.reauthenticate()`. Leave it outside of
/// this guard.
public struct CheckKnownDevices: HTTPHandler {
    private let devices: KnownDevices
    private let response: GuardResponse
    private let storage: SessionsMiddleware.Storage
    private let handler: any HTTPHandler

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - devices: The known devices.
    ///   - response: The response to rejected requests. The default is 401.
    ///   - storage: Where the session is kept. The default is the one that `request.session` reads.
    ///   - handler: The handler of the requests that pass.
    public init(
        _ devices: KnownDevices,
        _ response: GuardResponse = .unauthorized,
        in storage: SessionsMiddleware.Storage = SessionsMiddleware.$session,
        handler: any HTTPHandler
    ) {
        self.devices = devices
        self.response = response
        self.storage = storage
        self.handler = handler
    }

    /// Runs the handler if no policy rejects the request.
    public func handleRequest(_ request: FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse {
        do {
            try await self.devices.check(try self.storage.accessedSession)
        } catch let error as SessionError {
            let reply = try self.response.reply(
                to: HTTPTypes.HTTPRequest(request), refusedBy: error, SessionsMiddleware.requestLogger)
            return FlyingFox.HTTPResponse(reply, to: request)
        }
        return try await self.handler.handleRequest(request)
    }
}
#endif
