//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import FlyingFox
import HTTPTypes
import Logging
import Sessions
import SessionsHTTP

/// A handler behind a guard.
struct GuardedHandler: HTTPHandler {
    let sessionGuard: SessionGuard
    let storage: SessionsMiddleware.Storage
    let handler: any HTTPHandler

    func handleRequest(_ request: FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse {
        let session = try self.storage.accessedSession
        let logger = SessionsMiddleware.requestLogger
        if let reply = try self.sessionGuard.reply(
            to: HTTPTypes.HTTPRequest(request), session: session, logger: logger)
        {
            return FlyingFox.HTTPResponse(reply, to: request)
        }
        return try await self.handler.handleRequest(request)
    }
}
#endif
