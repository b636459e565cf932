//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Sessions
import SessionsHummingbird
import ShowcaseKit

/// The values of a session, one by one, as JSON of any kind.
struct SessionValuesController {
    /// The maximum total size of a session's values in bytes.
    let maximumSize: Int

    func addRoutes(to group: RouterGroup<ShowcaseRequestContext>) {
        group.group("values/:key")
            .get(use: self.read)
            .put(use: self.write)
            .delete(use: self.remove)
    }

    @Sendable func read(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        guard let value = try context.session[.json(try context.sessionKeyName())] else {
            throw HTTPError(.notFound, message: "The session has no value of this name.")
        }
        return .json(value.bytes)
    }

    @Sendable func write(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        let name = try context.sessionKeyName()
        let body = try await request.body.collect(upTo: self.maximumSize)
        guard let value = JSONText(body.readableBytesView) else {
            throw HTTPError(.badRequest, message: "The body is not a JSON value.")
        }
        let session = try context.session
        session[.json(name)] = value
        do {
            try await session.save()
        } catch let error as SessionError where error.code == .valuesTooLarge {
            // Values that do not fit are discarded. Otherwise the end of the request would try to store them again.
            session.discardChanges()
            throw HTTPError(.contentTooLarge, message: error.message)
        }
        return Response(status: .noContent)
    }

    @Sendable func remove(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        try context.session.remove(named: try context.sessionKeyName())
        try await context.session.save()
        return Response(status: .noContent)
    }
}
