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

/// Logging in and out, and who is logged in.
struct AccountAPIController {
    func addRoutes(to group: RouterGroup<ShowcaseRequestContext>) {
        group.post("login", use: self.logIn)
        group.post("logout", use: self.logOut)
        group.get("me", use: self.me)
    }

    @Sendable func logIn(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        let credentials = try await request.decode(as: Credentials.self, context: context)
        guard let account = Account.opened(by: credentials) else {
            throw HTTPError(.unauthorized, message: "The username or the password is wrong.")
        }
        try await context.session.logIn(account.username)
        return .json(self.answer(account.username), status: .created)
    }

    @Sendable func logOut(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        try await context.session.logOut()
        return Response(status: .noContent)
    }

    @Sendable func me(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        guard let subject = context.session.subject else {
            throw HTTPError(.unauthorized, message: "Nobody is logged in.")
        }
        return .json(self.answer(subject))
    }

    private func answer(_ subject: String) -> JSONObject {
        var answer = JSONObject()
        answer.add("subject", subject)
        return answer
    }
}
