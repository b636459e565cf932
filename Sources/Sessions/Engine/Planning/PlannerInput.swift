//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a plan is made from.
struct PlannerInput {
    /// What the request stands on.
    enum Standing {
        /// Nobody is remembered.
        case visitor
        /// There was a session and it ended, or it could not be asked for: nothing may be stored or set.
        case detached
        case live(LiveFacts)
    }

    struct LiveFacts {
        var lastAccessedAt: Instant
        /// When the session ends unless it is used again, under today's limits.
        var expiresAt: Instant
        /// When the session ends in any case, under today's limits.
        var absoluteExpiresAt: Instant
        var secretIssuedAt: Instant
        var isRemembered: Bool
        var rememberedFor: Duration?
        /// Whether no one is logged in.
        var isAnonymous = false
        /// Whether the request came with the secret before the last timed renewal.
        var holdsPreviousSecret: Bool
    }

    /// What the operations of this request already did that the client must be told.
    enum PendingCookieAction {
        case none
        case set
        case clear
    }

    var standing: Standing
    var hasChanges = false
    var pendingCookieAction = PendingCookieAction.none
    /// Whether the request only looks.
    var isPassive = false
    /// Whether the handler failed in a way it did not mean to: what it had not saved is half done.
    var handlerFailed = false
    /// Whether the browser may have a session's cookie that it did not send with this request.
    var isCookieWithheld = false
    /// Whether a header can still be sent.
    var canSetCookie = true
    /// Whether a new text reaches the client without the handler's doing.
    var deliversCredential = true
    var now: Instant
}
