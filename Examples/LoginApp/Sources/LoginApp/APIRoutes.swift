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

extension Routes {
    /// The JSON API for programs, which send a bearer token.
    func addAPI(to api: RouterGroup<AppContext>) {
        api.post("login") { request, context in
            let form = try await request.decode(as: LoginForm.self, context: context)
            guard let user = try await self.users.authenticate(form.name, form.password) else {
                throw HTTPError(.unauthorized, message: "Name or password is wrong.")
            }
            try context.session.useTransport(.bearer)
            try await context.session.logIn(user.id)
            return ["token": try context.session.bearerToken]
        }
        let ofUser = api.group().add(middleware: RequireLogin())
        ofUser.get("me") { _, context in
            ["displayName": try context.requireUser().displayName]
        }
        ofUser.post("logout") { _, context -> HTTPResponse.Status in
            try await context.session.logOut()
            return .noContent
        }
        ActiveSessionsPage<AppContext>().addAPI(to: ofUser.group("sessions"))
    }
}
