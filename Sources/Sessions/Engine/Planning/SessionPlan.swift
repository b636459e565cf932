//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What is to be done at the end of a request.
struct SessionPlan: Equatable {
    /// What to do with the store.
    enum StoreAction: Equatable {
        case nothing
        /// Make a record: somebody is to be remembered for the first time.
        case create
        /// Note that the session was used.
        case touch(SessionTouch)
        /// Write the changes, note the use if it counts, and make a new secret if it is time.
        case update(SessionTouch?, renewing: Bool)
        /// Leave the store alone although there are changes: there is no session that they could go to.
        case drop

        /// Whether the store is asked for something.
        var isWrite: Bool {
            switch self {
            case .nothing, .drop: false
            case .create, .touch, .update: true
            }
        }
    }

    /// What to do with the client's cookie.
    enum CookieAction: Equatable {
        case leave
        case set
        case clear
    }

    var store: StoreAction
    var cookie: CookieAction

    /// Everything stays as it is.
    static var nothing: SessionPlan { SessionPlan(store: .nothing, cookie: .leave) }
}
