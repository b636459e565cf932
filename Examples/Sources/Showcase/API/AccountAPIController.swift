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

/// Login, logout, and the current user.
struct AccountAPIController {
    func addRoutes(to group: RouterGroup<ShowcaseRequestContext>) {
        group.post("login", use: self.logIn)
        group.post("logout", use: self.logOut)
        group.get("me", use: self.me)
    }

    /// Not throttled, unlike the page: load generators log the same user in by the hundred at once. An application
    /// throttles both.
    @Sendable func logIn(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        let credentials = try await request.decode(as: Credentials.self, context: context)
        guard let account = Account.opened(by: credentials) else {
            throw HTTPError(.unauthorized, message: "The username or the password is wrong.")
        }
        try context.session.useTransport(named: credentials.transport)
        try await context.session.logIn(account.username)
        var answer = self.answer(account.username)
        // Nil for a browser: its token is only in its cookie.
        if let token = try context.session.bearerToken { answer.add("token", token) }
        return .json(answer, status: .created)
    }

    @Sendable func logOut(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        try await context.session.logOut()
        return Response(status: .noContent)
    }

    @Sendable func me(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        .json(self.answer(try context.session.requireAuthenticated()))
    }

    private func answer(_ subject: String) -> JSONObject {
        var answer = JSONObject()
        answer.add("subject", subject)
        return answer
    }
}

extension Session {
    /// - Throws: `HTTPError`: 400 for an unknown name, and 501 if sessions do not use this transport.
    fileprivate func useTransport(named name: String?) throws {
        guard let name else { return }
        guard name == "cookie" || name == "bearer" else {
            throw HTTPError(.badRequest, message: "transport is cookie or bearer.")
        }
        do {
            try self.useTransport(SessionTransportKind(name))
        } catch {
            throw HTTPError(.notImplemented, message: "Sessions of this server travel in cookies alone.")
        }
    }
}
