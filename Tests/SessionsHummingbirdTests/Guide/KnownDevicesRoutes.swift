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

// The code of the article "Known devices".

/// Creates the known devices of an application whose database finds the places of addresses.
func makeKnownDevices(
    _ engine: SessionEngine,
    in store: some SessionStore,
    signedWith keyring: SecretKeyring,
    locate: @escaping @Sendable (String) async -> GeographicPlace?
) throws -> KnownDevices {
    var options = KnownDevices.Options()
    options.locate = locate
    options.onPlaceChange = .requireReauthentication
    return try KnownDevices(in: store, signedWith: keyring, options: options, configuration: engine.configuration)
}

/// Adds a login that recognizes devices, and routes that compare each request with it.
func addRecognizingRoutes(to router: Router<AccountContext>, _ devices: KnownDevices) throws {
    router.post("login/:user") { _, context in
        let session = try context.session
        try await session.logIn(try context.parameters.require("user"))
        try await devices.recognize(session)
        return Response.redirect(to: "/account")
    }

    let account = router.group("account")
        .add(middleware: try RequireLogin(.redirect(to: "/login")))
        .add(middleware: CheckKnownDevices(devices, try .redirect(to: "/login/again")))
    account.get { _, context in "The account of \(try context.session.subject ?? "")" }
}

/// Sends mail about new devices, with a link for those who were not there.
struct NewDeviceMail {
    let links: SignInLinks
    let send: @Sendable (_ subject: String, _ link: String) async throws -> Void

    func run(_ events: SessionEventStream) async throws {
        for await event in events {
            guard let link = try await self.links.link(for: event) else { continue }
            try await self.send(link.subject, "https://example.com/not-me?token=\(link.token.text)")
        }
    }
}

/// Adds the form behind the link. Its page only asks, because programs that scan mail open links.
func addReportRoute(to router: Router<AccountContext>, _ links: SignInLinks) {
    router.post("not-me/:token") { _, context in
        let token = SessionToken(try context.parameters.require("token"))
        guard let token, try await links.report(token) != nil else { throw HTTPError(.notFound) }
        return "You are logged out everywhere. Now choose a new password."
    }
}
#endif
