//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird && OpenID
import Hummingbird
import Sessions
import SessionsHummingbird
import SessionsOpenID

// The code of the article "OpenID Connect logout".

struct AppContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage

    init(source: Source) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
    }
}

/// What the application takes from a validated ID token.
struct Identity: Sendable {
    let user: String
    let sub: String
    let sid: String?
}

/// Creates the sessions of a provider.
func makeLogins(
    _ engine: SessionEngine,
    in store: some SubjectSessionStore,
    keys: @escaping @Sendable () async throws -> String
) throws -> OpenIDSessions {
    let provider = OpenIDProvider(issuer: "https://id.example", clientID: "shop", keys: keys)
    return try OpenIDSessions(provider, engine: engine, in: store)
}

/// Adds the end of a login with the provider, and the route of its logouts.
func addOpenIDRoutes(
    to router: Router<AppContext>,
    _ engine: SessionEngine,
    _ logins: OpenIDSessions,
    identify: @escaping @Sendable (Request) async throws -> Identity
) {
    // The provider's server sends it, so it has no session and no CSRF protection.
    OpenIDLogoutResponder(logins).add(to: router, at: "openid/logout")

    let visited = router.group().add(middleware: SessionsMiddleware(engine))
    visited.get("openid/callback") { request, context in
        let identity = try await identify(request)
        try await logins.logIn(
            identity.user, as: identity.sub, providerSession: identity.sid, in: try context.session)
        return Response.redirect(to: "/")
    }
    visited.get { _, context in "Hello \(try context.session.subject ?? "stranger")" }
}
#endif
