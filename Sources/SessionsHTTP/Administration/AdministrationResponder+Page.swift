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
    /// Shows the page.
    public func page(for request: HTTPRequest, session: Session, logger: Logger) async throws -> HTTPReply {
        try await self.administrators.authorized(request, session, logger) { administrator in
            let query = try AdministrationQuery(request)
            let supportsListingAll = self.engine.supportsListingAll
            let cursor = request.listCursor ?? nil
            let (list, isFirst) =
                supportsListingAll || !query.user.isEmpty
                ? try await self.mappingRefusals { try await self.listOrBeginning(query, from: cursor) } : (nil, true)
            let format = self.configuration.formatTime
            let page = AdministrationPageContent(
                administrator: administrator,
                query: query,
                items: (list?.sessions ?? []).map {
                    AdministrationPageContent.Item($0, current: session.id, format)
                },
                examinedCount: list?.examinedCount ?? 0,
                firstPage: isFirst ? nil : query.link(),
                nextPage: list?.next.map { query.link(from: $0) },
                supportsListingAll: supportsListingAll,
                messages: try await session.takeFlashMessages(for: request),
                hiddenFields: [session.csrfToken].compactMap { token in
                    token.map { ActiveSessionsPageContent.HiddenField(name: self.configuration.csrfField, value: $0) }
                },
                backLink: self.configuration.backLink
            )
            return try self.configuration.template.reply(for: page)
        }
    }

    /// A cursor that belongs to an older list leads to the first page.
    private func listOrBeginning(
        _ query: AdministrationQuery,
        from cursor: SessionCursor?
    ) async throws -> (SessionSummaryPage?, isFirst: Bool) {
        do {
            return (try await self.list(query, from: cursor), cursor == nil)
        } catch let error as SessionError where error.code == .invalidCursor {
            return (try await self.list(query, from: nil), true)
        }
    }

    /// Acts on the form of the page: ends the selected sessions, or all of the user, and redirects to the page.
    ///
    /// The form must carry the CSRF token of the session, whatever else protects the route.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - session: Its session.
    ///   - logger: The logger, for a rejected request.
    ///   - form: Returns the bytes of the body, `application/x-www-form-urlencoded`, and throws when there are too
    ///   many.
    public func submit(
        _ request: HTTPRequest,
        session: Session,
        logger: Logger,
        form: () async throws -> [UInt8]
    ) async throws -> HTTPReply {
        try await self.administrators.authorized(request, session, logger) { administrator in
            let query = try AdministrationQuery(request)
            let body = (try? await form()) ?? []
            let tokens = FormField.values(named: self.configuration.csrfField, in: body)
            guard tokens.count == 1, try session.acceptsCSRFToken(tokens[0]) else {
                throw HTTPRefusal(.forbidden, "The form has no valid token: open the page again.")
            }
            let back = HTTPReply.redirect(to: request.ownLocation + query.link(from: request.listCursor ?? nil))
            let ids = FormField.values(named: AdministrationPageContent.endField, in: body)
                .map { String(decoding: $0, as: UTF8.self) }
            guard !ids.isEmpty, ids.count <= 1_000 else {
                session.addFlashMessage("Select the sessions to end.", kind: .warning)
                return back
            }
            let reasons = FormField.values(named: AdministrationPageContent.reasonField, in: body)
            guard let reason = reasons.first.flatMap({ Self.reason(String(decoding: $0, as: UTF8.self)) }) else {
                session.addFlashMessage("Give a reason: nothing was ended.", kind: .warning)
                return back
            }
            try await self.mappingRefusals {
                if ids.contains(AdministrationPageContent.allValue) {
                    guard !query.user.isEmpty else { throw HTTPRefusal(.badRequest, "The address names no user.") }
                    try await self.engine.revokeAll(of: query.user, by: administrator, because: reason)
                    session.addFlashMessage("All sessions of \(query.user) were ended.", kind: .success)
                } else {
                    let count = try await self.end(ids, by: administrator, because: reason)
                    session.addFlashMessage(
                        count == 1 ? "1 session was ended." : "\(count) sessions were ended.",
                        kind: count > 0 ? .success : .info)
                }
            }
            return back
        }
    }

    /// Ends sessions one by one.
    ///
    /// - Returns: How many were live.
    private func end(_ ids: [String], by administrator: String, because reason: String) async throws -> Int {
        var count = 0
        for id in ids.compactMap({ SessionID($0) })
        where try await self.engine.revoke(id, by: administrator, because: reason) {
            count += 1
        }
        return count
    }

    /// A reason without the spaces around it; nil if nothing is left, or if it is too long.
    static func reason(_ text: String) -> String? {
        let trimmed = text.drop { $0.isWhitespace }
        guard !trimmed.isEmpty, text.utf8.count <= AdministrationPageContent.maximumReasonByteCount else { return nil }
        return String(trimmed)
    }
}
