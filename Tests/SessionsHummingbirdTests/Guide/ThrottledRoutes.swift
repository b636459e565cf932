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

// The code of the article "Login throttling".

/// Adds a login whose failed attempts slow down further ones.
func addThrottledLogin(
    to router: Router<AccountContext>,
    _ throttle: LoginThrottle,
    isRight: @escaping @Sendable (LoginForm) -> Bool
) {
    router.post("login") { request, context in
        let form = try await URLEncodedFormDecoder().decode(LoginForm.self, from: request, context: context)
        let session = try context.session
        // 429 with Retry-After, if too many attempts have failed.
        let attempt = try await throttle.begin(form.name, in: session)
        guard isRight(form) else { throw HTTPError(.unauthorized) }
        try await attempt.succeed()
        try await session.logIn(form.name)
        return Response.redirect(to: "/account")
    }
}

/// Creates a throttle for several servers, which know the devices of users.
func makeThrottle(_ engine: SessionEngine, in store: some SessionStore, _ devices: KnownDevices) throws -> LoginThrottle
{
    try LoginThrottle(in: store, devices: devices, configuration: engine.configuration)
}

/// The POST of a link in an e-mail, for a user whose logins from new places an attacker keeps delaying.
func addAdmission(
    to router: Router<AccountContext>,
    _ throttle: LoginThrottle,
    _ links: TokenRegistry<String>
) {
    router.post("login/admit/:token") { _, context in
        let token = SessionToken(try context.parameters.require("token"))
        guard let token, let link = try await links.redeem(token) else { throw HTTPError(.notFound) }
        try await throttle.admit(link.subject, in: try context.session)
        return Response.redirect(to: "/login")
    }
}
#endif
