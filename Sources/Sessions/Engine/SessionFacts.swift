//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a plan is made from.
struct SessionFacts {
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
        var expiresAt: Instant
        var absoluteExpiresAt: Instant
        var secretIssuedAt: Instant
        var isRemembered: Bool
        var rememberedFor: Duration?
        /// Whether the request came with the secret before the last timed renewal.
        var holdsPreviousSecret: Bool
    }

    /// What the verbs of this request already did that the client must be told.
    enum CookieDuty {
        case none
        case set
        case clear
    }

    var standing: Standing
    var hasChanges = false
    var cookieDuty = CookieDuty.none
    /// Whether the request only looks.
    var isPassive = false
    /// Whether the handler failed in a way it did not mean to: what it had not saved is half done.
    var handlerFailed = false
    /// Whether a header can still be sent.
    var canSetCookie = true
    /// Whether a new text reaches the client without the handler's doing.
    var handsOut = true
    var now: Instant
}
