//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Sessions

extension ActiveSessionsResponder {
    /// Lists the user's sessions as JSON, this one first, a page at a time.
    public func list(for request: HTTPRequest, session: Session) async throws -> HTTPReply {
        try session.requireAuthenticated()
        guard let cursor = request.listCursor else {
            throw HTTPRefusal(.badRequest, "from is no cursor: give one that a list of sessions named, or none.")
        }
        let sessions = try await self.mappingUnsupported { try await self.list(of: session, from: cursor) }
        var reply = try HTTPReply.json(sessions.map { ActiveSessionsPageItem($0) })
        // The body is an array and has no room for a link (RFC 8288).
        if let next = sessions.next, let name = HTTPField.Name("Link") {
            reply.headerFields[name] = "<\(ActiveSessionsPageContent.link(to: next))>; rel=\"next\""
        }
        return reply
    }

    /// Ends one session of the user, which may be this one: 204. The response is the same 404 for an unknown id,
    /// another user's id, and a malformed id.
    ///
    /// - Parameters:
    ///   - id: The id in the path. Nil if the path has none.
    ///   - session: The session of the request.
    public func endSession(withID id: String?, session: Session) async throws -> HTTPReply {
        try session.requireAuthenticated()
        let id = id.flatMap { SessionID($0) }
        if id != session.id { try self.requireRecentLogin(session) }
        guard let id, try await self.mappingUnsupported({ try await session.logOut(id) }) else {
            throw HTTPRefusal(.notFound, "You have no session with this id.")
        }
        return HTTPReply(status: .noContent)
    }

    /// Ends all sessions of the user but this one, which gets a new token: 204, or 200 and `{"token": "…"}` for a
    /// bearer token. The request must say so, with `?others=true`.
    public func endOthers(for request: HTTPRequest, session: Session) async throws -> HTTPReply {
        try session.requireAuthenticated()
        guard request.queryValues(of: "others") == ["true"] else {
            throw HTTPRefusal(
                .badRequest,
                """
                Say which sessions are to end: DELETE with ?others=true ends all but this one, and DELETE with /{id} \
                behind the path ends one.
                """
            )
        }
        try self.requireRecentLogin(session)
        try await self.mappingUnsupported { try await session.logOutOthers() }
        // The session has a new token. A browser gets it in the cookie, a bearer client in the body.
        guard let token = session.bearerToken else { return HTTPReply(status: .noContent) }
        return try HTTPReply.json(["token": token])
    }

    /// Performs an operation that not every backend supports.
    ///
    /// - Throws: ``HTTPRefusal`` with 501 in place of a `SessionError` with the code `notOffered`, because that error's
    ///   message is for the developers of the application.
    private func mappingUnsupported<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as SessionError where error.code == .notOffered {
            throw HTTPRefusal(
                .notImplemented,
                "This server does not know a user's other sessions, and cannot list or end them here."
            )
        }
    }
}
