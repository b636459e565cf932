//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import SessionsHTTP
import Vapor

/// A middleware with a guard.
struct GuardingMiddleware: AsyncMiddleware {
    let sessionGuard: SessionGuard
    let slot: SessionSlot

    func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response {
        let session = try request.currentSession(in: self.slot)
        if let reply = try self.sessionGuard.reply(to: request.head, session: session, logger: request.logger) {
            return Response(reply)
        }
        return try await next.respond(to: request)
    }
}
#endif
