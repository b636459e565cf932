//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What the end of a request leaves for its response to say.
struct ResponseEffects {
    var cookie: SessionPlan.CookieAction
    /// Whether the handler read or wrote the session, so that the response depends on it.
    var wasAccessed: Bool
    /// Whether a user is logged in now.
    var isAuthenticated: Bool
    /// What the browser is asked to forget.
    var clearedSiteData: ClearedSiteData
}

extension SessionState {
    /// What is left to say when the request ends with this cookie step.
    mutating func effects(_ cookie: SessionPlan.CookieAction, clearing data: ClearedSiteData) -> ResponseEffects {
        let subject = self.live?.record.subject
        return ResponseEffects(
            cookie: cookie,
            wasAccessed: self.wasAccessed,
            isAuthenticated: subject != nil,
            clearedSiteData: self.userChange == nil ? [] : self.clearedSiteData(of: data, now: subject)
        )
    }

    private func clearedSiteData(of data: ClearedSiteData, now subject: String?) -> ClearedSiteData {
        guard let change = self.userChange else { return [] }
        let isSame = change.former.map { ByteString($0) } == subject.map { ByteString($0) }
        guard !isSame else { return [] }
        // The former user's session may have ended long ago, and what was fetched ahead of time with it is still there.
        // Of what a visitor keeps, nothing goes because they log in.
        return change.former == nil ? data.intersection(.speculations) : data
    }
}
