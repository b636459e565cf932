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

/// Adds the endpoints that a proxy asks before it passes a request on to another application.
func addForwardAuthentication<Context: SessionsRequestContext>(
    to router: Router<Context>,
    _ engine: SessionEngine
) {
    // 204 with the name of the user, or 401.
    @Sendable func user(_ request: Request, _ context: Context) throws -> Response {
        let subject = try context.session.requireAuthenticated()
        var response = Response(status: .noContent)
        if let remoteUser = HTTPField.Name("Remote-User") { response.headers[remoteUser] = subject }
        return response
    }
    // The proxy drops the cookie of this response.
    let passive = router.group("auth/check").add(middleware: SessionsMiddleware(engine, isPassive: true))
    passive.get(use: user)
    // The proxy passes the cookie of this response on to the browser.
    let active = router.group("auth/use").add(middleware: SessionsMiddleware(engine))
    active.get(use: user)
}
#endif
