//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What the end of a request determines for its response.
struct ResponseEffects {
    var cookie: SessionPlan.CookieAction
    /// Whether the handler read or wrote the session, so that the response depends on it.
    var wasAccessed: Bool
    /// Whether a user is logged in now.
    var isAuthenticated: Bool
    /// The data that the browser is asked to clear.
    var clearedSiteData: ClearedSiteData
}

extension SessionState {
    /// The effects of a request that ends with this cookie action.
    mutating func effects(_ cookie: SessionPlan.CookieAction, clearing data: ClearedSiteData) -> ResponseEffects {
        ResponseEffects(
            cookie: cookie,
            wasAccessed: self.wasAccessed,
            isAuthenticated: self.live?.record.isAuthenticated == true,
            clearedSiteData: self.userChange.map { self.clearedSiteData(of: data, after: $0) } ?? []
        )
    }

    private func clearedSiteData(of data: ClearedSiteData, after change: UserChange) -> ClearedSiteData {
        let subject = self.live?.record.subject
        let isSame = change.former.map { ByteString($0) } == subject.map { ByteString($0) }
        guard !isSame else { return [] }
        // The former user's session may have ended long ago, while its prefetched pages still exist. A login clears
        // none of an anonymous visitor's own data.
        return change.former == nil ? data.intersection(.speculations) : data
    }
}
