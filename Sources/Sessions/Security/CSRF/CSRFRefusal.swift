//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Why a request may come from another site, by the check that decided.
enum CSRFRefusal: Equatable {
    case fetchSite(String)
    case severalOrigins(Int)
    case noOrigin(String)
    case otherOrigin(WebOrigin, own: Set<WebOrigin>)
    case hiddenOrigin
    case wrongToken
    case undecided

    var error: SessionError {
        SessionError(.crossSite, "The request may come from another site, so it was rejected: \(self.reason)")
    }

    private var reason: String {
        switch self {
        case .fetchSite(let value):
            return "Sec-Fetch-Site is \(value). If the page that sent it is yours, add its origin to trustedOrigins."
        case .severalOrigins(let count):
            return "it has \(count) Origin fields, and browsers send one."
        case .noOrigin(let value):
            return "Origin is \(value.truncated(toBytes: 100) ?? "empty"), which is not an origin."
        case .otherOrigin(let sender, let own):
            let names = own.map(\.description).sorted().joined(separator: ", ")
            return """
                Origin is \(sender), and this site is \(names.isEmpty ? "of no known origin" : names). \
                If browsers use another origin because of a proxy, set origins or trustedProxies.
                """
        case .hiddenOrigin:
            return """
                Origin is null, which hides where it is from, and it has no token of its session. Put the token into \
                the form or the header field, or let the page send its origin: Referrer-Policy: same-origin.
                """
        case .wrongToken:
            return """
                neither Sec-Fetch-Site nor Origin says where it is from, and its token is not one of this session. Load \
                the page again for a new one.
                """
        case .undecided:
            return """
                neither Sec-Fetch-Site nor Origin says where it is from, and it has no token of a session. Clients that \
                are not browsers must send an Origin or a token, or no cookie if undecided is .allowAnonymous.
                """
        }
    }
}
