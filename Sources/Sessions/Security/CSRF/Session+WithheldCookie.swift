//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

extension SessionCookie {
    /// Whether a browser that has this cookie keeps it back from a request: the request is from a page of another site,
    /// and `SameSite` forbids it (RFC 6265bis section 5.6.7.1).
    func isWithheld(from request: SessionRequest) -> Bool {
        let metadata = FetchMetadata(request.headerFields)
        guard metadata.site == .crossSite else { return false }
        switch self.sameSite.choice {
        case .strict: return true
        case .none: return false
        case .auto where self.secure.choice == .always || request.isSecure: return false
        case .lax, .auto:
            // Lax lets the cookie go with the navigation of a tab by a safe method, and with nothing else.
            guard let mode = metadata.mode else { return false }
            let isPage = mode == "navigate" && metadata.destination.map { $0 == "document" } ?? true
            return !isPage || request.method.map { !$0.isSafe } ?? false
        }
    }
}

extension Session {
    /// Whether the visitor may have a session that is not known here: the request is from a page of another site, and
    /// the browser sends it without the cookie, as `SameSite` says.
    ///
    /// Such a request looks like that of a stranger. What it sets is dropped at its end, and no cookie is sent, because
    /// a new session would take the place of a login. ``save()`` throws.
    /// ``logIn(_:carrying:remember:deviceLabel:credentialVersion:methods:level:)``, ``regenerate()`` and the other
    /// operations that begin a session on purpose do so all the same. The next request from a page of this site has the
    /// cookie: answer a form that a payment service sends with a redirect.
    public var isCookieWithheld: Bool {
        let (hasSession, transport) = self.access { state in
            // One that began in this request on purpose is on its way to the client.
            (
                state.live.map { !$0.isNew || state.pendingCookieAction == .set } ?? false,
                state.nextTransport ?? state.transport
            )
        }
        return !hasSession
            && self.engine.environment.isCookieWithheld(from: self.request, self.resolution, transport: transport)
    }
}
