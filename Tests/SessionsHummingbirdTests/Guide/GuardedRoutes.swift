//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Hummingbird
import Sessions
import SessionsHummingbird

/// The application's own user.
struct User: Sendable {
    let id: String
    let name: String
}

struct AccountContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage
    var user: User?

    init(source: Source) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
    }
}

/// Adds routes for everyone, for users, and for users who have just proven who they are.
func addGuardedRoutes(
    to router: Router<AccountContext>,
    findUser: @escaping @Sendable (String) async throws -> User?
) throws {
    router.add(middleware: LoadUser(into: \.user) { subject in try await findUser(subject) })
    router.get { _, context in "Hello \(context.user?.name ?? "stranger")" }

    // Programs get 401.
    let api = router.group("api").add(middleware: RequireLogin())
    api.get("me") { _, context in context.user?.name ?? "" }

    // People get to the login page, and back.
    let account = router.group("account").add(middleware: try RequireLogin(.redirect(to: "/login")))
    account.get { _, context in "The account of \(context.user?.name ?? "")" }

    // And to a page that asks for the password once more.
    let sensitive = account.group("password")
        .add(middleware: try RequireRecentLogin(within: .seconds(5 * 60), .redirect(to: "/login/again")))
    sensitive.post { _, _ in "The password is changed" }
}

struct LoginForm: Decodable {
    var name: String
    var password: String
    var next: String?
}

/// Adds the routes that the guards lead to.
func addLoginRoutes(
    to router: Router<AccountContext>,
    isRight: @escaping @Sendable (LoginForm) -> Bool
) {
    router.post("login") { request, context in
        let form = try await URLEncodedFormDecoder().decode(LoginForm.self, from: request, context: context)
        guard isRight(form) else { throw HTTPError(.unauthorized) }
        try await context.session.logIn(form.name)
        let next = form.next.flatMap { LocalRedirect($0) } ?? .root
        return Response.redirect(to: next.location)
    }
    router.post("login/again") { request, context in
        let form = try await URLEncodedFormDecoder().decode(LoginForm.self, from: request, context: context)
        guard isRight(form), try context.session.isLoggedIn(as: form.name) else { throw HTTPError(.unauthorized) }
        try await context.session.reauthenticate()
        let next = form.next.flatMap { LocalRedirect($0) } ?? .root
        return Response.redirect(to: next.location)
    }
}
#endif
