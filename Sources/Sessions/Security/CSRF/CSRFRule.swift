//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// Decides by its header fields whether a request that changes something comes from this site.
///
/// Browsers say so themselves, and no page can make them say otherwise. `Sec-Fetch-Site` comes first, for it needs no
/// knowledge of what this site is called; then `Origin`, which older browsers send too.
struct CSRFRule: Sendable {
    /// What this site is called; empty stands for what each request calls it.
    var origins: Set<WebOrigin> = []
    /// The other origins whose pages may send requests here.
    var trustedOrigins: Set<WebOrigin> = []

    /// What the header fields say.
    enum Finding: Equatable {
        case accepted
        case refused(CSRFRefusal)
        /// No field says anything.
        case undecided
        /// A browser sent it, and hides where it is from: `Origin: null`.
        case hidden
    }

    /// - Parameter requested: What the request itself calls this site; nil when that is no origin.
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
