//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Decides what happens at the end of a request. Nothing but a function of what is known: no store, no HTTP, no clock.
///
/// A class, so that asking it copies no configuration.
final class SessionPlanner: Sendable {
    let configuration: SessionConfiguration
    /// Whether the session travels with its visitor, so that what is kept must be handed out.
    let isInText: Bool
    /// After how much time a use is written, if that is configured.
    private let touchAfterMilliseconds: Int64?

    init(configuration: SessionConfiguration, isInText: Bool = false) {
        self.configuration = configuration
        self.isInText = isInText
        self.touchAfterMilliseconds = configuration.touchAfter?.wholeMilliseconds
    }

    func plan(_ facts: SessionFacts) -> SessionPlan {
        let hasChanges = facts.hasChanges && !facts.handlerFailed
        switch facts.standing {
        case .detached:
            return SessionPlan(store: hasChanges ? .drop : .nothing, cookie: .leave)
        case .visitor:
            return self.planForVisitor(facts, hasChanges: hasChanges)
        case .live(let live):
            return self.plan(for: live, facts, hasChanges: hasChanges)
        }
    }

    private func planForVisitor(_ facts: SessionFacts, hasChanges: Bool) -> SessionPlan {
        let isToBeRemembered = hasChanges || (self.configuration.createsEmptySessions && !facts.handlerFailed)
        if isToBeRemembered, facts.canSetCookie {
            return SessionPlan(store: .create, cookie: .set)
        }
        return SessionPlan(store: hasChanges ? .drop : .nothing, cookie: facts.cookieDuty == .clear ? .clear : .leave)
    }

    private func plan(for live: SessionFacts.LiveFacts, _ facts: SessionFacts, hasChanges: Bool) -> SessionPlan {
        let touch = facts.isPassive ? nil : self.touch(of: live, now: facts.now)
        let isTouchDue = touch.map { self.isDue($0, live) } ?? false
        let isRenewing = self.isRenewalDue(live, facts)
        var plan = SessionPlan(store: .nothing, cookie: .leave)
        if hasChanges || isRenewing || (self.configuration.writesUnchangedSessions && !facts.handlerFailed) {
            plan.store = .update(touch, renewing: isRenewing)
        } else if let touch, isTouchDue {
            // A remembered session's cookie is sent with its new life. The compare-and-set makes sure that it is not
            // sent with a secret that somebody has just renewed.
            plan.store = live.isRemembered ? .update(touch, renewing: false) : .touch(touch)
        }
        if self.isInText, plan.store != .nothing {
            guard facts.canSetCookie else { return SessionPlan(store: hasChanges ? .drop : .nothing, cookie: .leave) }
            plan.cookie = .set
        }
        let isExtended = isTouchDue && live.isRemembered
        if facts.cookieDuty == .set || live.holdsPreviousSecret || isRenewing || isExtended
            || self.configuration.resendsCookie
        {
            plan.cookie = .set
        }
        return plan
    }

    /// What a use now would write.
    private func touch(of live: SessionFacts.LiveFacts, now: Instant) -> SessionTouch {
        let limits = self.limits(of: live)
        return SessionTouch(
            lastAccessedAt: max(now, live.lastAccessedAt),
            expiresAt: max(live.expiresAt, limits.expiry(usedAt: now, absoluteExpiresAt: live.absoluteExpiresAt))
        )
    }

    /// Whether a use is worth a write: it gains something, and enough of the idle limit has passed.
    private func isDue(_ touch: SessionTouch, _ live: SessionFacts.LiveFacts) -> Bool {
        guard touch.expiresAt > live.expiresAt, let idle = self.limits(of: live).idleMilliseconds else { return false }
        let tenth = idle / 10
        var threshold = self.touchAfterMilliseconds ?? tenth
        // What is configured may be longer than a session of its own length lives.
        if live.rememberedFor != nil { threshold = min(threshold, tenth) }
        return touch.lastAccessedAt.milliseconds(since: live.lastAccessedAt) >= threshold
    }

    private func limits(of live: SessionFacts.LiveFacts) -> SessionLimits {
        self.configuration.limits(isRemembered: live.isRemembered, for: live.rememberedFor)
    }

    private func isRenewalDue(_ live: SessionFacts.LiveFacts, _ facts: SessionFacts) -> Bool {
        guard
            !self.isInText, let after = self.configuration.renewal.after,
            !facts.isPassive, !facts.handlerFailed, facts.canSetCookie, facts.handsOut,
            !live.holdsPreviousSecret
        else { return false }
        return facts.now - live.secretIssuedAt >= after
    }
}

extension SessionConfiguration {
    /// - Parameter length: The idle limit that was asked for one remembered session.
    package func limits(isRemembered: Bool, for length: Duration? = nil) -> SessionLimits {
        guard isRemembered else { return self.limits }
        return SessionLimits(idle: length ?? self.rememberedLimits.idle, absolute: self.rememberedLimits.absolute)
    }

    func limits(of record: SessionRecord) -> SessionLimits {
        self.limits(isRemembered: record.isRemembered, for: record.rememberedFor)
    }
}
