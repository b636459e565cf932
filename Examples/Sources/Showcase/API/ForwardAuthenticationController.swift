//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Hummingbird
import Sessions
import SessionsHummingbird
import ShowcaseKit

/// The endpoint that a proxy asks before it forwards a request to another application: 204 with the name of the user,
/// or 401.
struct ForwardAuthenticationController {
    private let engine: SessionEngine

    init(_ engine: SessionEngine) {
        self.engine = engine
    }

    func addRoutes(to group: RouterGroup<ShowcaseRequestContext>) {
        // The proxy drops the cookie of this response.
        group.group("check").add(middleware: SessionsMiddleware(self.engine, isPassive: true)).get(use: self.user)
        // The proxy forwards the cookie of this response to the browser.
        group.get("use", use: self.user)
    }

    @Sendable func user(_ request: Request, _ context: ShowcaseRequestContext) throws -> Response {
        let subject = try context.session.requireAuthenticated()
        var response = Response(status: .noContent)
        if let remoteUser = HTTPField.Name("Remote-User") { response.headers[remoteUser] = subject }
        return response
    }
}
