//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Hummingbird
import Sessions
import SessionsHTTP

/// A middleware with a guard.
struct GuardingMiddleware<Context: SessionsRequestContext>: RouterMiddleware {
    let sessionGuard: SessionGuard
    let storage: SessionsMiddleware<Context>.StoragePath

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let session = try context[keyPath: self.storage].session
        if let reply = try self.sessionGuard.reply(to: request.head, session: session, logger: context.logger) {
            return Response(reply)
        }
        return try await next(request, context)
    }
}
#endif
