//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The input of a plan.
struct PlannerInput {
    /// The status of the request's session.
    enum Status {
        /// There is no session.
        case visitor
        /// The session has ended, or could not be loaded: nothing may be stored or set.
        case detached
        case live(LiveInput)
    }

    struct LiveInput {
        var lastAccessedAt: SessionInstant
        /// When the session ends unless it is used again, under the current limits.
        var expiresAt: SessionInstant
        /// When the session ends even if it is used, under the current limits.
        var absoluteExpiresAt: SessionInstant
        var secretIssuedAt: SessionInstant
        var isRemembered: Bool
        var rememberedFor: Duration?
        /// Whether no one is logged in, if anonymous sessions have their own limits.
        var isAnonymous = false
        /// Whether the request came with the secret before the last timed renewal.
        var holdsPreviousSecret: Bool
    }

    /// What operations of this request did that the client must be told.
    enum PendingCookieAction {
        case none
        case set
        case clear
    }

    var status: Status
    var hasChanges = false
    var pendingCookieAction = PendingCookieAction.none
    /// Whether the request is passive.
    var isPassive = false
    /// Whether the handler threw an unexpected error. Unsaved changes are discarded.
    var handlerFailed = false
    /// Whether the browser may have a session's cookie that it did not send with this request.
    var isCookieWithheld = false
    /// Whether a header can still be sent.
    var canSetCookie = true
    /// Whether a new credential reaches the client without the handler.
    var deliversCredential = true
    var now: SessionInstant
}
