//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

extension SessionCookie {
    /// Whether a browser that has this cookie withholds it from a request: the request is from a page of another site,
    /// and `SameSite` forbids it (RFC 6265bis section 5.6.7.1).
    func isWithheld(from request: SessionRequest) -> Bool {
        let metadata = FetchMetadata(request.headerFields)
        guard metadata.site == .crossSite else { return false }
        switch self.sameSite.choice {
        case .strict: return true
        case .none: return false
        case .auto where self.secure.choice == .always || request.isSecure: return false
        case .lax, .auto:
            // Lax allows the cookie only for top-level navigation by a safe method.
            guard let mode = metadata.mode else { return false }
            let isPage = mode == "navigate" && metadata.destination.map { $0 == "document" } ?? true
            return !isPage || request.method.map { !$0.isSafe } ?? false
        }
    }
}

extension Session {
    /// Whether the visitor may have a session that this request does not show: the request is from a page of another
    /// site, and the browser withholds the cookie because of `SameSite`.
    ///
    /// Such a request looks anonymous. Values that it sets are dropped at its end, and no cookie is sent, because a new
    /// session would replace a login. ``save()`` throws.
    /// ``logIn(_:carrying:remember:deviceLabel:credentialVersion:methods:level:)``, ``regenerate()`` and the other
    /// operations that begin a session explicitly still work. The next request from a page of this site has the cookie:
    /// respond to a form that a payment service sends with a redirect.
    public var isCookieWithheld: Bool {
        let (hasSession, transport) = self.withAccessedState { state in
            // A session that began explicitly in this request is about to be delivered to the client.
            (
                state.live.map { !$0.isNew || state.pendingCookieAction == .set } ?? false,
                state.nextTransport ?? state.transport
            )
        }
        return !hasSession
            && self.engine.environment.isCookieWithheld(from: self.request, self.resolution, transport: transport)
    }
}
