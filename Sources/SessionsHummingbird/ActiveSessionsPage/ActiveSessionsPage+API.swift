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

extension ActiveSessionsPage {
    @Sendable func list(_ request: Request, _ context: Context) async throws -> Response {
        let session = try self.session(in: context)
        guard let cursor = request.listCursor else {
            throw HTTPError(.badRequest, message: "from is no cursor: give one that a list of sessions named, or none.")
        }
        let sessions = try await self.mappingUnsupported { try await self.list(of: session, from: cursor) }
        var response = try self.json(sessions.map { ActiveSessionsPageItem($0) })
        // The body is an array and has no room for a link (RFC 8288).
        if let next = sessions.next, let name = HTTPField.Name("Link") {
            response.headers[name] = "<\(ActiveSessionsPageContent.link(to: next))>; rel=\"next\""
        }
        return response
    }

    private func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = ByteBuffer(bytes: try encoder.encode(value))
        let headers: HTTPFields = [
            .contentType: "application/json; charset=utf-8",
            .contentLength: "\(body.readableBytes)",
            .cacheControl: "no-store",
            .xContentTypeOptions: "nosniff",
        ]
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    @Sendable func endOne(_ request: Request, _ context: Context) async throws -> Response {
        let session = try self.session(in: context)
        let id = context.parameters.get("id").flatMap { SessionID($0) }
        if id != session.id { try self.requireRecentLogin(session) }
        // The response is the same for an unknown id, another user's id, and a malformed id.
        guard
            let id,
            try await self.mappingUnsupported({ try await session.logOut(id) })
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
        try await self.mappingUnsupported { try await session.logOutOthers() }
        // The session has a new token. A browser gets it in the cookie, a bearer client in the body.
        guard let token = session.bearerToken else { return Response(status: .noContent) }
        return try self.json(["token": token])
    }

    /// Performs an operation that not every backend supports.
    ///
    /// - Throws: `HTTPError` with 501 in place of a `SessionError` with the code `notOffered`, because that error's
    ///   message is for the developers of the application.
    private func mappingUnsupported<Result>(_ body: () async throws -> Result) async throws -> Result {
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
