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

extension ActiveSessionsPage {
    @Sendable func showPage(_ request: Request, _ context: Context) async throws -> Response {
        let session = try self.session(in: context)
        guard let current = session.activeSession else {
            throw HTTPError(.unauthorized, message: "No one is logged in.")
        }
        // A cursor that belongs to an older list leads to the first page.
        let cursor = request.listCursor ?? nil
        let list = session.supportsListing ? try await self.listOrBeginning(of: session, from: cursor) : nil
        let page = ActiveSessionsPageContent(
            current: ActiveSessionsPageContent.Item(current, self.configuration),
            others: (list?.sessions.sessions ?? []).filter { !$0.isCurrent }
                .map { ActiveSessionsPageContent.Item($0, self.configuration) },
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
        return try self.configuration.template.response(for: page)
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

    private struct Form: Decodable {
        let end: String?
    }

    @Sendable func actOnPage(_ request: Request, _ context: Context) async throws -> Response {
        let session = try self.session(in: context)
        guard let form = try? await URLEncodedFormDecoder().decode(Form.self, from: request, context: context),
            let end = form.end
        else {
            throw HTTPError(
                .badRequest, message: "The body is not a form with the field \(ActiveSessionsPageContent.endField).")
        }
        let id = SessionID(end)
        if let id, id == session.id {
            try await session.logOut()
            return .redirect(to: self.configuration.loggedOutLocation)
        }
        do {
            try self.requireRecentLogin(session)
        } catch {
            return try self.configuration.onOldLogin.response(to: request, refusedBy: error, context.logger)
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

extension Request {
    /// The requested start of the list: `.some(nil)` for the first page, and nil for an invalid cursor.
    var listCursor: SessionCursor?? {
        guard let text = self.uri.queryParameters[Substring(ActiveSessionsPageContent.fromParameter)] else {
            return .some(nil)
        }
        return SessionCursor(String(text)).map { .some($0) }
    }

    /// The path of this request, relative to itself. It never names another host, and it works behind a proxy that
    /// removes a part of the path.
    fileprivate var ownLocation: String {
        let last = self.uri.path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? []
        return "./"
            + last.map { byte in
                switch byte {
                case 0x21...0x7E: String(Unicode.Scalar(byte))
                default: "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                }
            }.joined()
    }
}
#endif
