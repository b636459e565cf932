//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Decides what happens at the end of a request: a pure function, without store, HTTP or clock.
///
/// It is a class, so that requests do not copy the configuration ("memory: untouched" in `Thresholds.tsv`).
final class SessionPlanner: Sendable {
    let configuration: SessionConfiguration
    /// Whether the credential contains the session, so that every write must be delivered.
    let isSelfContained: Bool
    /// Whether even a request that changes nothing always has something to do.
    private let hasUnconditionalWork: Bool
    /// The configured touch interval in milliseconds, if there is one.
    private let touchAfter: Int64?
    /// The touch interval in milliseconds of a session with the configured limits; nil without an idle limit.
    private let ordinaryTouchAfter: Int64?
    private let rememberedTouchAfter: Int64?
    /// The same for an anonymous session, if its limits differ.
    private let anonymousTouchAfter: Int64?
    /// The maximum age of a secret in milliseconds; nil for no renewal.
    private let renewAfter: Int64?

    init(configuration: SessionConfiguration, isSelfContained: Bool = false) {
        self.configuration = configuration
        self.isSelfContained = isSelfContained
        self.hasUnconditionalWork =
            configuration.createsEmptySessions || configuration.writesUnchangedSessions || configuration.resendsCookie
        self.touchAfter = configuration.touchAfter?.wholeMilliseconds
        let touchAfter = self.touchAfter
        func after(_ limits: SessionLimits) -> Int64? { limits.idleMilliseconds.map { touchAfter ?? $0 / 10 } }
        self.ordinaryTouchAfter = after(configuration.limits)
        self.rememberedTouchAfter = after(configuration.rememberedLimits)
        // The configured interval is meant for users, and may exceed the lifetime of an anonymous session.
        self.anonymousTouchAfter = configuration.anonymousLimits?.idleMilliseconds.map {
            min(touchAfter ?? .max, $0 / 10)
        }
        self.renewAfter = isSelfContained ? nil : configuration.renewal.after?.wholeMilliseconds
    }

    /// Whether nothing is planned for a request that changed nothing, without a session or with its newest secret.
    /// Nearly every request ends so, and this avoids building the planner input. False says nothing.
    ///
    /// - Parameter now: The time; nil if it is not known, which is enough without a session.
    @inline(__always)  // "memory: no cookie"
    func isNoOp(_ record: SessionRecord?, now: SessionInstant?) -> Bool {
        guard !self.hasUnconditionalWork else { return false }
        guard let record else { return true }
        guard let now else { return false }
        let after = self.touchAfter(
            isRemembered: record.isRemembered,
            for: record.rememberedFor,
            isAnonymous: self.anonymousTouchAfter != nil && record.isAnonymous
        )
        return !self.touchIntervalHasElapsed(since: record.lastAccessedAt, after, now: now)
            && !self.renewalIntervalHasElapsed(since: record.secretIssuedAt, now: now)
    }

    func plan(_ input: PlannerInput) -> SessionPlan {
        let hasChanges = input.hasChanges && !input.handlerFailed
        switch input.status {
        case .detached:
            return SessionPlan(store: hasChanges ? .drop : .nothing, cookie: .leave)
        case .visitor:
            return self.planForVisitor(input, hasChanges: hasChanges)
        case .live(let live):
            return self.plan(for: live, input, hasChanges: hasChanges)
        }
    }

    private func planForVisitor(_ input: PlannerInput, hasChanges: Bool) -> SessionPlan {
        let isToBeRemembered = hasChanges || (self.configuration.createsEmptySessions && !input.handlerFailed)
        // A new session's cookie would replace the withheld one.
        if isToBeRemembered, input.canSetCookie, !input.isCookieWithheld {
            return SessionPlan(store: .create, cookie: .set)
        }
        return SessionPlan(
            store: hasChanges ? .drop : .nothing, cookie: input.pendingCookieAction == .clear ? .clear : .leave)
    }

    private func plan(for live: PlannerInput.LiveInput, _ input: PlannerInput, hasChanges: Bool) -> SessionPlan {
        let touch = input.isPassive ? nil : self.touch(of: live, now: input.now)
        let isTouchDue = touch.map { self.isDue($0, live, now: input.now) } ?? false
        let isRenewing = self.isRenewalDue(live, input)
        var plan = SessionPlan.nothing
        if hasChanges || isRenewing || (self.configuration.writesUnchangedSessions && !input.handlerFailed) {
            plan.store = .update(touch, renewing: isRenewing)
        } else if let touch, isTouchDue {
            // A remembered session's cookie is sent with its new lifetime. The compare-and-set ensures that it is not
            // sent with a secret that another request has just renewed.
            plan.store = live.isRemembered ? .update(touch, renewing: false) : .touch(touch)
        }
        if self.isSelfContained, plan.store != .nothing {
            guard input.canSetCookie else { return SessionPlan(store: hasChanges ? .drop : .nothing, cookie: .leave) }
            plan.cookie = .set
        }
        let isExtended = isTouchDue && live.isRemembered
        if input.pendingCookieAction == .set || live.holdsPreviousSecret || isRenewing || isExtended
            || self.configuration.resendsCookie
        {
            plan.cookie = .set
        }
        return plan
    }

    /// The touch that a use now would write.
    private func touch(of live: PlannerInput.LiveInput, now: SessionInstant) -> SessionTouch {
        let limits = self.limits(of: live)
        return SessionTouch(
            lastAccessedAt: max(now, live.lastAccessedAt),
            expiresAt: max(live.expiresAt, limits.expiry(usedAt: now, absoluteExpiresAt: live.absoluteExpiresAt))
        )
    }

    /// Whether a touch is worth a write: it extends the session, and enough of the idle limit has passed.
    private func isDue(_ touch: SessionTouch, _ live: PlannerInput.LiveInput, now: SessionInstant) -> Bool {
        let after = self.touchAfter(
            isRemembered: live.isRemembered, for: live.rememberedFor, isAnonymous: live.isAnonymous)
        return touch.expiresAt > live.expiresAt
            && self.touchIntervalHasElapsed(since: live.lastAccessedAt, after, now: now)
    }

    /// The touch interval of a session in milliseconds; nil when it has no idle limit.
    private func touchAfter(isRemembered: Bool, for length: Duration?, isAnonymous: Bool) -> Int64? {
        guard isRemembered else {
            return isAnonymous ? self.anonymousTouchAfter ?? self.ordinaryTouchAfter : self.ordinaryTouchAfter
        }
        guard let length else { return self.rememberedTouchAfter }
        // The configured interval may exceed the lifetime of a session with its own idle limit.
        let tenth = length.wholeMilliseconds / 10
        return min(self.touchAfter ?? tenth, tenth)
    }

    private func touchIntervalHasElapsed(since lastAccessedAt: SessionInstant, _ after: Int64?, now: SessionInstant)
        -> Bool
    {
        after.map { max(now, lastAccessedAt).milliseconds(since: lastAccessedAt) >= $0 } ?? false
    }

    private func limits(of live: PlannerInput.LiveInput) -> SessionLimits {
        self.configuration.limits(
            isRemembered: live.isRemembered, for: live.rememberedFor, isAnonymous: live.isAnonymous)
    }

    private func isRenewalDue(_ live: PlannerInput.LiveInput, _ input: PlannerInput) -> Bool {
        !input.isPassive && !input.handlerFailed && input.canSetCookie && input.deliversCredential
            && !live.holdsPreviousSecret && self.renewalIntervalHasElapsed(since: live.secretIssuedAt, now: input.now)
    }

    private func renewalIntervalHasElapsed(since secretIssuedAt: SessionInstant, now: SessionInstant) -> Bool {
        self.renewAfter.map { now.milliseconds(since: secretIssuedAt) >= $0 } ?? false
    }
}

extension SessionConfiguration {
    /// - Parameters:
    ///   - length: The idle limit of a remembered session, if it has its own.
    ///   - isAnonymous: Whether no one is logged in, in a session that is not external.
    package func limits(
        isRemembered: Bool,
        for length: Duration? = nil,
        isAnonymous: Bool = false
    ) -> SessionLimits {
        guard isRemembered else { return isAnonymous ? self.anonymousLimits ?? self.limits : self.limits }
        return SessionLimits(idle: length ?? self.rememberedLimits.idle, absolute: self.rememberedLimits.absolute)
    }

    @inline(__always)  // "memory: no cookie"
    func limits(of record: SessionRecord) -> SessionLimits {
        self.limits(
            isRemembered: record.isRemembered,
            for: record.rememberedFor,
            isAnonymous: self.anonymousLimits != nil && record.isAnonymous
        )
    }
}

extension SessionRecord {
    /// Whether no one is logged in, in a session that is not external.
    var isAnonymous: Bool { !self.hasOptionalFields || (self.subject == nil && self.external == nil) }
}
