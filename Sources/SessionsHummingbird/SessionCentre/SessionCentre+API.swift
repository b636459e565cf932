//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import Sessions

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension SessionCentre {
    @Sendable func list(_ request: Request, _ context: Context) async throws -> Response {
        let session = try self.session(in: context)
        let sessions = try await self.offered { try await session.activeSessions() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = ByteBuffer(bytes: try encoder.encode(sessions.map { SessionCentreItem($0) }))
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/json; charset=utf-8",
                .contentLength: "\(body.readableBytes)",
                .cacheControl: "no-store",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: body)
        )
    }

    @Sendable func endOne(_ request: Request, _ context: Context) async throws -> Response {
        let session = try self.session(in: context)
        let id = context.parameters.get("id").flatMap { SessionID($0) }
        if id != session.id { try self.requireRecentLogin(session) }
        // Whether an id is nobody's, somebody else's or no id at all is not told.
        guard
            let id,
            try await self.offered({ try await session.logOut(id) })
        else { throw HTTPError(.notFound, message: "You have no session with this id.") }
        return Response(status: .noContent)
    }

    @Sendable func endOthers(_ request: Request, _ context: Context) async throws -> Response {
        let session = try self.session(in: context)
        guard request.uri.queryParameters.getAll("others") == ["true"] else {
            throw HTTPError(
                .badRequest,
                message: """
                    Say which sessions are to end: DELETE with ?others=true ends all but this one, and DELETE with \
                    /{id} behind the path ends one.
                    """
            )
        }
        try self.requireRecentLogin(session)
        try await self.offered { try await session.logOutOthers() }
        return Response(status: .noContent)
    }

    /// Does what not every backend can.
    ///
    /// - Throws: `HTTPError` with 501 in place of a `SessionError` with the code `notOffered`, whose words are for
    ///   the application's authors.
    private func offered<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as SessionError where error.code == .notOffered {
            throw HTTPError(
                .notImplemented,
                message: "This server does not know a user's other sessions, and cannot list or end them here."
            )
        }
    }
}
#endif
