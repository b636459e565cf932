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

/// What a browser or a program sends to log in.
struct LoginForm: Decodable {
    var name: String
    var password: String
    var remember: String?
    var next: String?

    /// What is wrong with a new user's name or password; nil if nothing is.
    var problem: String? {
        if self.name.wholeMatch(of: #/[A-Za-z0-9]{3,32}/#) == nil { return "A name has 3 to 32 letters and digits." }
        // NIST SP 800-63B-4, 3.1.1.2.
        return self.password.count < 15 ? "A password has at least 15 characters." : nil
    }
}

extension Routes {
    /// Registration, login and logout.
    func addLogin(to router: RouterGroup<AppContext>) {
        router.get("register") { _, context in self.page("Register", nil, try context.session) }
        router.get("login") { request, context in
            self.page("Log in", request.uri.queryParameters["next"].map(String.init), try context.session)
        }
        router.post("register") { request, context -> Response in
            let form = try await URLEncodedFormDecoder().decode(LoginForm.self, from: request, context: context)
            guard form.problem == nil, let user = try await self.users.register(form.name, form.password) else {
                return self.page("Register", form.next, try context.session, form.problem ?? "This name is taken.")
            }
            try context.session.addFlashMessage("Welcome, \(user.displayName).", kind: .success)
            return try await self.logIn(user, form, context)
        }
        router.post("login") { request, context -> Response in
            let form = try await URLEncodedFormDecoder().decode(LoginForm.self, from: request, context: context)
            guard let user = try await self.users.authenticate(form.name, form.password) else {
                return self.page("Log in", form.next, try context.session, "Name or password is wrong.")
            }
            return try await self.logIn(user, form, context)
        }
        router.post("logout") { _, context -> Response in
            try await context.session.logOut()
            try context.session.addFlashMessage("You are logged out.")
            return .redirect(to: "/")
        }
    }

    private func logIn(_ user: User, _ form: LoginForm, _ context: AppContext) async throws -> Response {
        try await context.session.logIn(user.id, remember: form.remember != nil)
        return .redirect(to: form.next.flatMap { LocalRedirect($0) }?.location ?? "/account")
    }

    private func page(_ title: String, _ next: String?, _ session: Session, _ problem: String? = nil) -> Response {
        let fields: HTML = """
            <p role="alert">\(problem ?? "")</p>
            <input type="hidden" name="next" value="\(next ?? "")">
            <p><label>Name <input name="name" autocomplete="username" required></label></p>
            <p><label>Password <input name="password" type="password" required></label></p>
            <p><label><input name="remember" type="checkbox"> Stay logged in on this device</label></p>
            <button>\(title)</button>
            """
        return HTML.form(title == "Register" ? "/register" : "/login", session, fields)
            .page(title, status: problem == nil ? .ok : .unprocessableContent)
    }
}
