//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Decides what happens at the end of a request: a function of what is known, without store, HTTP or clock.
///
/// A class, because each request asks it and copies no configuration ("memory: untouched" in `Thresholds.tsv`).
final class SessionPlanner: Sendable {
    let configuration: SessionConfiguration
    /// Whether the session travels with its visitor, so that what is kept must be handed out.
    let isInText: Bool
    /// Whether a request that changes nothing has something to do all the same, however young everything is.
    private let actsUnasked: Bool
    /// After how many milliseconds a use is written, if that is configured.
    private let touchAfter: Int64?
    /// After how many milliseconds a use of a session is written that has the configured limits; nil without an idle
    /// limit.
    private let ordinaryTouchAfter: Int64?
    private let rememberedTouchAfter: Int64?
    /// The same for an anonymous session, where its limits differ.
    private let anonymousTouchAfter: Int64?
    /// After how many milliseconds a secret is renewed; nil for never.
    private let renewAfter: Int64?

    init(configuration: SessionConfiguration, isInText: Bool = false) {
        self.configuration = configuration
        self.isInText = isInText
        self.actsUnasked =
            configuration.createsEmptySessions || configuration.writesUnchangedSessions || configuration.resendsCookie
        self.touchAfter = configuration.touchAfter?.wholeMilliseconds
        let touchAfter = self.touchAfter
        func after(_ limits: SessionLimits) -> Int64? { limits.idleMilliseconds.map { touchAfter ?? $0 / 10 } }
        self.ordinaryTouchAfter = after(configuration.limits)
        self.rememberedTouchAfter = after(configuration.rememberedLimits)
        // What is configured is meant for users, and may be longer than an anonymous session lives.
        self.anonymousTouchAfter = configuration.anonymousLimits?.idleMilliseconds.map {
            min(touchAfter ?? .max, $0 / 10)
        }
        self.renewAfter = isInText ? nil : configuration.renewal.after?.wholeMilliseconds
    }

    /// Whether nothing is planned for a request that changed nothing, with or without a session whose newest secret it
    /// holds. Nearly every request ends so, and learns it here without the facts being put together. False says
    /// nothing.
    @inline(__always)
    func isNoOp(_ record: SessionRecord?, now: @autoclosure () -> Instant) -> Bool {
        guard !self.actsUnasked else { return false }
        guard let record else { return true }
        let now = now()
        let after = self.touchAfter(
            isRemembered: record.isRemembered,
            for: record.rememberedFor,
            isAnonymous: self.anonymousTouchAfter != nil && record.isAnonymous
        )
        return !self.isLongUnused(since: record.lastAccessedAt, after, now: now)
            && !self.isOld(record.secretIssuedAt, now: now)
    }

    func plan(_ facts: PlannerInput) -> SessionPlan {
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

    private func planForVisitor(_ facts: PlannerInput, hasChanges: Bool) -> SessionPlan {
        let isToBeRemembered = hasChanges || (self.configuration.createsEmptySessions && !facts.handlerFailed)
        // A new session's cookie would take the place of the one that was withheld.
        if isToBeRemembered, facts.canSetCookie, !facts.isCookieWithheld {
            return SessionPlan(store: .create, cookie: .set)
        }
        return SessionPlan(
            store: hasChanges ? .drop : .nothing, cookie: facts.pendingCookieAction == .clear ? .clear : .leave)
    }

    private func plan(for live: PlannerInput.LiveFacts, _ facts: PlannerInput, hasChanges: Bool) -> SessionPlan {
        let touch = facts.isPassive ? nil : self.touch(of: live, now: facts.now)
        let isTouchDue = touch.map { self.isDue($0, live, now: facts.now) } ?? false
        let isRenewing = self.isRenewalDue(live, facts)
        var plan = SessionPlan.nothing
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
        if facts.pendingCookieAction == .set || live.holdsPreviousSecret || isRenewing || isExtended
            || self.configuration.resendsCookie
        {
            plan.cookie = .set
        }
        return plan
    }

    /// What a use now would write.
    private func touch(of live: PlannerInput.LiveFacts, now: Instant) -> SessionTouch {
        let limits = self.limits(of: live)
        return SessionTouch(
            lastAccessedAt: max(now, live.lastAccessedAt),
            expiresAt: max(live.expiresAt, limits.expiry(usedAt: now, absoluteExpiresAt: live.absoluteExpiresAt))
        )
    }

    /// Whether a use is worth a write: it gains something, and enough of the idle limit has passed.
    private func isDue(_ touch: SessionTouch, _ live: PlannerInput.LiveFacts, now: Instant) -> Bool {
        let after = self.touchAfter(
            isRemembered: live.isRemembered, for: live.rememberedFor, isAnonymous: live.isAnonymous)
        return touch.expiresAt > live.expiresAt && self.isLongUnused(since: live.lastAccessedAt, after, now: now)
    }

    /// After how many milliseconds a use of a session is written; nil when it has no idle limit.
    private func touchAfter(isRemembered: Bool, for length: Duration?, isAnonymous: Bool) -> Int64? {
        guard isRemembered else {
            return isAnonymous ? self.anonymousTouchAfter ?? self.ordinaryTouchAfter : self.ordinaryTouchAfter
        }
        guard let length else { return self.rememberedTouchAfter }
        // What is configured may be longer than a session of its own length lives.
        let tenth = length.wholeMilliseconds / 10
        return min(self.touchAfter ?? tenth, tenth)
    }

    private func isLongUnused(since lastAccessedAt: Instant, _ after: Int64?, now: Instant) -> Bool {
        after.map { max(now, lastAccessedAt).milliseconds(since: lastAccessedAt) >= $0 } ?? false
    }

    private func limits(of live: PlannerInput.LiveFacts) -> SessionLimits {
        self.configuration.limits(
            isRemembered: live.isRemembered, for: live.rememberedFor, isAnonymous: live.isAnonymous)
    }

    private func isRenewalDue(_ live: PlannerInput.LiveFacts, _ facts: PlannerInput) -> Bool {
        !facts.isPassive && !facts.handlerFailed && facts.canSetCookie && facts.deliversCredential
            && !live.holdsPreviousSecret && self.isOld(live.secretIssuedAt, now: facts.now)
    }

    private func isOld(_ secretIssuedAt: Instant, now: Instant) -> Bool {
        self.renewAfter.map { now.milliseconds(since: secretIssuedAt) >= $0 } ?? false
    }
}

extension SessionConfiguration {
    /// - Parameters:
    ///   - length: The idle limit that was asked for one remembered session.
    ///   - isAnonymous: Whether no one is logged in, in a session of ours.
    package func limits(
        isRemembered: Bool,
        for length: Duration? = nil,
        isAnonymous: Bool = false
    ) -> SessionLimits {
        guard isRemembered else { return isAnonymous ? self.anonymousLimits ?? self.limits : self.limits }
        return SessionLimits(idle: length ?? self.rememberedLimits.idle, absolute: self.rememberedLimits.absolute)
    }

    @inline(__always)
    func limits(of record: SessionRecord) -> SessionLimits {
        self.limits(
            isRemembered: record.isRemembered,
            for: record.rememberedFor,
            isAnonymous: self.anonymousLimits != nil && record.isAnonymous
        )
    }
}

extension SessionRecord {
    /// Whether it is a session of ours in which no one is logged in.
    var isAnonymous: Bool { !self.hasOptionalFields || (self.subject == nil && self.external == nil) }
}
