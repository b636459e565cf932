//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// Decides by header fields whether a request that changes something comes from this site.
///
/// Browsers set these fields, and no page can change them. `Sec-Fetch-Site` comes first, because it does not depend on
/// this site's origin; then `Origin`, which older browsers send too.
struct CSRFRule: Sendable {
    /// The origins of this site. If empty, each request gives its own.
    var origins: Set<WebOrigin> = []
    /// The other origins whose pages may send requests here.
    var trustedOrigins: Set<WebOrigin> = []

    /// The result of the header fields.
    enum Finding: Equatable {
        case accepted
        case refused(CSRFRefusal)
        /// No field decides.
        case undecided
        /// A browser sent the request and hides its source: `Origin: null`.
        case hidden
    }

    /// - Parameter requested: The origin of this site by the request itself; nil when that is not an origin.
    func finding(_ fields: HTTPFields, requested: WebOrigin?) -> Finding {
        let senders = fields[values: .origin]
        let sender = senders.count == 1 ? WebOrigin(senders[0]) : nil
        let isTrusted = sender.map { self.trustedOrigins.contains($0) } ?? false
        switch FetchMetadata(fields).site {
        case .sameOrigin, .user: return .accepted
        case let site?: return isTrusted ? .accepted : .refused(.fetchSite(site.rawValue))
        case nil: break
        }
        guard let first = senders.first else { return .undecided }
        guard senders.count == 1 else { return .refused(.severalOrigins(senders.count)) }
        // A page with the referrer policy "no-referrer" sends "null", and so does a frame of another site.
        if first == "null" { return .hidden }
        guard let sender else { return .refused(.noOrigin(first)) }
        let own = self.origins.isEmpty ? Set(requested.map { [$0] } ?? []) : self.origins
        return isTrusted || own.contains(sender) ? .accepted : .refused(.otherOrigin(sender, own: own))
    }
}
