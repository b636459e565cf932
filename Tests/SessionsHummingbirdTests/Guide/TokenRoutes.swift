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
import SessionsHummingbird

/// An engine whose sessions travel in cookies and as bearer tokens.
func makeTokenEngine(_ store: any SessionStore, _ configuration: SessionConfiguration) throws -> SessionEngine {
    try SessionEngine(
        .stored(in: store),
        configuration: configuration,
        transports: [CookieTransport(), BearerTransport()]
    )
}

struct TokenRequest: Decodable {
    let username: String
    let password: String
    let transport: String?
}

struct TokenAnswer: ResponseEncodable {
    let token: String?
}

/// Adds a login for browsers and programs, and who is logged in.
func addTokenRoutes<Context: SessionsRequestContext>(
    to router: Router<Context>,
    _ engine: SessionEngine,
    isRight: @escaping @Sendable (TokenRequest) -> Bool
) {
    router.add(middleware: SessionsMiddleware(engine))
    router.post("login") { request, context in
        let login = try await request.decode(as: TokenRequest.self, context: context)
        guard isRight(login) else { throw HTTPError(.unauthorized) }
        if login.transport == "bearer" { try context.session.useTransport(.bearer) }
        try await context.session.logIn(login.username)
        // Nil for a browser, whose token is in its cookie and nowhere else.
        return try TokenAnswer(token: context.session.bearerToken)
    }
    router.get("me") { _, context in
        guard let subject = try context.session.subject else {
            throw HTTPError(.unauthorized, headers: .challenges(of: try context.session))
        }
        return subject
    }
}

extension HTTPFields {
    /// What a client is to send that must log in.
    static func challenges(of session: Session) -> HTTPFields {
        HTTPFields(session.challenges().map { HTTPField(name: .wwwAuthenticate, value: $0) })
    }
}
#endif
