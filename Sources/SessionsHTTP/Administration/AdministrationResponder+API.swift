//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Logging
public import Sessions

extension AdministrationResponder {
    /// Lists the sessions that match the query, as the page does: an object with `sessions`, and with `next`, the value
    /// of `from` for the next page, or `null`.
    public func list(for request: HTTPRequest, session: Session, logger: Logger) async throws -> HTTPReply {
        try await self.administrators.authorized(request, session, logger) { _ in
            let query = try AdministrationQuery(request)
            guard let cursor = request.listCursor else {
                throw HTTPRefusal(.badRequest, "from is no cursor: give one that a list of sessions named, or none.")
            }
            let list = try await self.mappingRefusals { try await self.list(query, from: cursor) }
            return try HTTPReply.json(AdministrationList(list))
        }
    }

    /// Ends one session: 204, or 404 if there is none with this id. The query has the `reason`.
    ///
    /// - Parameters:
    ///   - id: The id in the path. Nil if the path has none.
    ///   - request: The request.
    ///   - session: Its session.
    ///   - logger: The logger, for a rejected request.
    public func endSession(
        withID id: String?,
        for request: HTTPRequest,
        session: Session,
        logger: Logger
    ) async throws -> HTTPReply {
        try await self.administrators.authorized(request, session, logger) { administrator in
            let texts = request.queryValues(of: AdministrationPageContent.reasonField)
            guard let reason = texts.first.flatMap({ Self.reason($0) }) else {
                throw HTTPRefusal(
                    .badRequest,
                    """
                    Say why: DELETE with ?reason= and 1 to \(AdministrationPageContent.maximumReasonByteCount) bytes.
                    """)
            }
            let hasEnded = try await self.mappingRefusals {
                guard let id = id.flatMap({ SessionID($0) }) else { return false }
                return try await self.engine.revoke(id, by: administrator, because: reason)
            }
            guard hasEnded else { throw HTTPRefusal(.notFound, "There is no session with this id.") }
            return HTTPReply(status: .noContent)
        }
    }
}

/// A page of sessions as JSON. Every member is always present. An unknown value is `null`.
private struct AdministrationList: Encodable {
    private enum CodingKeys: String, CodingKey { case sessions, next, examinedCount }

    private struct Item: Encodable {
        private enum CodingKeys: String, CodingKey {
            case id, subject, label, name, createdAt, lastAccessedAt, idleExpiresAt, absoluteExpiresAt, isRemembered
            case isDeviceBound, firstAddress, lastAddress, firstUserAgent, lastUserAgent
        }

        let session: SessionSummary

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(self.session.id, forKey: .id)
            try members.encode(self.session.subject, forKey: .subject)
            try members.encode(self.session.deviceLabel, forKey: .label)
            try members.encode(self.session.displayName, forKey: .name)
            try members.encode(self.session.createdAt.description, forKey: .createdAt)
            try members.encode(self.session.lastAccessedAt.description, forKey: .lastAccessedAt)
            try members.encode(self.session.idleExpiresAt.description, forKey: .idleExpiresAt)
            try members.encode(self.session.absoluteExpiresAt.description, forKey: .absoluteExpiresAt)
            try members.encode(self.session.isRemembered, forKey: .isRemembered)
            try members.encode(self.session.isDeviceBound, forKey: .isDeviceBound)
            try members.encode(self.session.firstClient.address, forKey: .firstAddress)
            try members.encode(self.session.lastClient.address, forKey: .lastAddress)
            try members.encode(self.session.firstClient.userAgent, forKey: .firstUserAgent)
            try members.encode(self.session.lastClient.userAgent, forKey: .lastUserAgent)
        }
    }

    private let page: SessionSummaryPage

    init(_ page: SessionSummaryPage) { self.page = page }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(self.page.sessions.map { Item(session: $0) }, forKey: .sessions)
        try members.encode(self.page.next?.description, forKey: .next)
        try members.encode(self.page.examinedCount, forKey: .examinedCount)
    }
}
