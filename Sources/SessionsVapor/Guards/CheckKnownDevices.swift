//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
public import Sessions
public import SessionsHTTP
public import Vapor

/// Compares each request with the login of its session (`KnownDevices.check`), and answers requests that the policies
/// of the known devices reject.
///
/// ```swift
/// let account = app.grouped(CheckKnownDevices(devices, try .redirect(to: "/login/again")))
/// ```
///
/// The page that it redirects to checks the password again and calls `reauthenticate()` of the session. Leave it
/// outside of this guard. Add the guard after ``SessionEngineMiddleware``.
public struct CheckKnownDevices: AsyncMiddleware {
    private let devices: KnownDevices
    private let response: GuardResponse
    private let slot: SessionSlot

    /// Creates a guard.
    ///
    /// - Parameters:
    ///   - devices: The known devices.
    ///   - response: The response to rejected requests. The default is 401.
    ///   - slot: Where the request keeps the session. The default is the one that `request.currentSession` reads.
    public init(
        _ devices: KnownDevices,
        _ response: GuardResponse = .unauthorized,
        in slot: SessionSlot = .standard
    ) {
        self.devices = devices
        self.response = response
        self.slot = slot
    }

    /// Runs the handler if no policy rejects the request.
    public func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        do {
            try await self.devices.check(try request.currentSession(in: self.slot))
        } catch let error as SessionError {
            return Response(try self.response.reply(to: request.head, refusedBy: error, request.logger))
        }
        return try await next.respond(to: request)
    }
}
#endif
