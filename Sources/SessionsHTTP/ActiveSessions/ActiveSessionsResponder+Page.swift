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

extension ActiveSessionsResponder {
    /// Shows the page.
    public func page(for request: HTTPRequest, session: Session) async throws -> HTTPReply {
        try session.requireAuthenticated()
        guard let current = session.activeSession else {
            throw HTTPRefusal(.unauthorized, "No one is logged in.")
        }
        // A cursor that belongs to an older list leads to the first page.
        let cursor = request.listCursor ?? nil
        let list = session.supportsListing ? try await self.listOrBeginning(of: session, from: cursor) : nil
        let now = session.engineConfiguration.clock.now
        let page = ActiveSessionsPageContent(
            current: ActiveSessionsPageContent.Item(current, self.configuration, now: now),
            others: (list?.sessions.sessions ?? []).filter { !$0.isCurrent }
                .map { ActiveSessionsPageContent.Item($0, self.configuration, now: now) },
            firstPage: list?.isFirst == false ? request.ownLocation : nil,
            nextPage: list?.sessions.next.map(ActiveSessionsPageContent.link),
            supportsListing: list != nil,
            supportsRevokingOthers: session.supportsRevokingOthers,
            messages: try await session.takeFlashMessages(for: request),
            hiddenFields: [session.csrfToken].compactMap { token in
                token.map { ActiveSessionsPageContent.HiddenField(name: self.configuration.csrfField, value: $0) }
            },
            backLink: self.configuration.backLink
        )
        return try self.configuration.template.reply(for: page)
    }

    private func listOrBeginning(
        of session: Session,
        from cursor: SessionCursor?
    ) async throws -> (sessions: ActiveSessionList, isFirst: Bool) {
        do {
            return (try await self.list(of: session, from: cursor), cursor == nil)
        } catch let error as SessionError where error.code == .invalidCursor {
            return (try await self.list(of: session, from: nil), true)
        }
    }

    /// Acts on a form of the page: ends one session or all others, and redirects to the page or, after a logout, to the
    /// location of the configuration.
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
        try session.requireAuthenticated()
        let body = (try? await form()) ?? []
        let values = FormField.values(named: ActiveSessionsPageContent.endField, in: body)
        guard values.count == 1 else {
            throw HTTPRefusal(
                .badRequest, "The body is not a form with the field \(ActiveSessionsPageContent.endField).")
        }
        let end = String(decoding: values[0], as: UTF8.self)
        let id = SessionID(end)
        if let id, id == session.id {
            try await session.logOut()
            return .redirect(to: self.configuration.loggedOutLocation)
        }
        do {
            try self.requireRecentLogin(session)
        } catch {
            return try self.configuration.onOldLogin.reply(to: request, refusedBy: error, logger)
        }
        if end == ActiveSessionsPageContent.endOthersValue {
            try await session.logOutOthers()
            session.addFlashMessage("All your other sessions were signed out.", kind: .success)
        } else {
            try await self.end(id, in: session)
        }
        let query = (request.listCursor ?? nil).map(ActiveSessionsPageContent.link) ?? ""
        return .redirect(to: request.ownLocation + query)
    }

    /// Ends another session. On the page, a session that has already ended is not an error.
    private func end(_ id: SessionID?, in session: Session) async throws {
        var ended: ActiveSession?
        if let id { ended = try await session.activeSession(withID: id) }
        if let ended, try await session.logOut(ended.id) {
            session.addFlashMessage("Signed out: \(ended.displayName).", kind: .success)
        } else {
            session.addFlashMessage("That session had ended already.", kind: .info)
        }
    }
}

extension HTTPRequest {
    /// The path of this request, relative to itself. It never names another host, and it works behind a proxy that
    /// removes a part of the path.
    var ownLocation: String {
        let last = self.targetPath.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? []
        return "./"
            + last.map { byte in
                switch byte {
                case 0x21...0x7E: String(Unicode.Scalar(byte))
                default: "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                }
            }.joined()
    }
}
