//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What happens at the end of a request.
struct SessionPlan: Equatable {
    /// The action on the store.
    enum StoreAction: Equatable {
        case nothing
        /// Create a record for a visitor without one.
        case create
        /// Write a touch.
        case touch(SessionTouch)
        /// Write the changes, the touch if it is due, and a new secret if it is due.
        case update(SessionTouch?, renewing: Bool)
        /// Drop the changes, because there is no session to store them in.
        case drop

        /// Whether the action calls the store.
        var isWrite: Bool {
            switch self {
            case .nothing, .drop: false
            case .create, .touch, .update: true
            }
        }
    }

    /// The action on the client's cookie.
    enum CookieAction: Equatable {
        case leave
        case set
        case clear
    }

    var store: StoreAction
    var cookie: CookieAction

    /// Changes nothing.
    static var nothing: SessionPlan { SessionPlan(store: .nothing, cookie: .leave) }
}
