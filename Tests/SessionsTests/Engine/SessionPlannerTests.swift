//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Testing

@testable import Sessions

@Suite("The planner")
struct SessionPlannerTests {
    /// A row of the table: what is known, and what is to be done.
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var facts: PlannerInput
        var plan: SessionPlan
        var configure: @Sendable (inout SessionConfiguration) -> Void = { _ in }

        var testDescription: String { self.name }
    }

    static let start = SessionInstant(millisecondsSince1970: 1_000_000_000)

    static func live(
        lastAccessed: Duration = .zero,
        issued: Duration = .zero,
        isRemembered: Bool = false,
        holdsPrevious: Bool = false
    ) -> PlannerInput.Status {
        let idle: Duration = isRemembered ? .days(14) : .minutes(20)
        return .live(
            PlannerInput.LiveInput(
                lastAccessedAt: self.start - lastAccessed,
                expiresAt: self.start - lastAccessed + idle,
                absoluteExpiresAt: self.start + .days(29),
                secretIssuedAt: self.start - issued,
                isRemembered: isRemembered,
                holdsPreviousSecret: holdsPrevious
            )
        )
    }

    static func facts(
        _ status: PlannerInput.Status,
        changes: Bool = false,
        duty: PlannerInput.PendingCookieAction = .none,
        passive: Bool = false,
        failed: Bool = false,
        canSetCookie: Bool = true
    ) -> PlannerInput {
        PlannerInput(
            status: status,
            hasChanges: changes,
            pendingCookieAction: duty,
            isPassive: passive,
            handlerFailed: failed,
            canSetCookie: canSetCookie,
            now: self.start
        )
    }

    static let touch = SessionTouch(lastAccessedAt: start, expiresAt: start + .minutes(20))
    static let longTouch = SessionTouch(lastAccessedAt: start, expiresAt: start + .days(14))

    static let rows: [Row] = [
        Row(
            name: "a stranger who leaves nothing", facts: facts(.visitor), plan: .init(store: .nothing, cookie: .leave)),
        Row(
            name: "a stranger of whom something is remembered",
            facts: facts(.visitor, changes: true),
            plan: .init(store: .create, cookie: .set)
        ),
        Row(
            name: "a stranger whose handler failed",
            facts: facts(.visitor, changes: true, failed: true),
            plan: .init(store: .nothing, cookie: .leave)
        ),
        Row(
            name: "a stranger after the head has left",
            facts: facts(.visitor, changes: true, canSetCookie: false),
            plan: .init(store: .drop, cookie: .leave)
        ),
        Row(
            name: "a stranger where everyone gets a session",
            facts: facts(.visitor),
            plan: .init(store: .create, cookie: .set),
            configure: { $0.createsEmptySessions = true }
        ),
        Row(
            name: "a session that was ended in this request",
            facts: facts(.visitor, duty: .clear),
            plan: .init(store: .nothing, cookie: .clear)
        ),
        Row(
            name: "a session that was ended by a handler that failed",
            facts: facts(.visitor, duty: .clear, failed: true),
            plan: .init(store: .nothing, cookie: .clear)
        ),
        Row(
            name: "a session that was ended, and something set after it",
            facts: facts(.visitor, changes: true, duty: .clear),
            plan: .init(store: .create, cookie: .set)
        ),
        Row(
            name: "a session that ended elsewhere",
            facts: facts(.detached),
            plan: .init(store: .nothing, cookie: .leave)
        ),
        Row(
            name: "changes of a session that ended elsewhere",
            facts: facts(.detached, changes: true),
            plan: .init(store: .drop, cookie: .leave)
        ),
        Row(
            name: "a session that ended elsewhere, where everyone gets one",
            facts: facts(.detached),
            plan: .init(store: .nothing, cookie: .leave),
            configure: { $0.createsEmptySessions = true }
        ),
        Row(
            name: "a session that was read a moment ago",
            facts: facts(live(lastAccessed: .seconds(119))),
            plan: .init(store: .nothing, cookie: .leave)
        ),
        Row(
            name: "a session that was read a tenth of its idle limit ago",
            facts: facts(live(lastAccessed: .seconds(120))),
            plan: .init(store: .touch(touch), cookie: .leave)
        ),
        Row(
            name: "the same where touches are rarer",
            facts: facts(live(lastAccessed: .seconds(120))),
            plan: .init(store: .nothing, cookie: .leave),
            configure: { $0.touchAfter = .minutes(10) }
        ),
        Row(
            name: "the same by a handler that failed: it was used all the same",
            facts: facts(live(lastAccessed: .seconds(120)), failed: true),
            plan: .init(store: .touch(touch), cookie: .leave)
        ),
        Row(
            name: "the same by a passive request",
            facts: facts(live(lastAccessed: .minutes(10), issued: .days(1)), passive: true),
            plan: .init(store: .nothing, cookie: .leave),
            configure: { $0.renewal = SessionRenewal(after: .minutes(5)) }
        ),
        Row(
            name: "changes",
            facts: facts(live(), changes: true),
            plan: .init(store: .update(touch, renewing: false), cookie: .leave)
        ),
        Row(
            name: "changes by a passive request",
            facts: facts(live(lastAccessed: .minutes(10)), changes: true, passive: true),
            plan: .init(store: .update(nil, renewing: false), cookie: .leave)
        ),
        Row(
            name: "changes by a handler that failed",
            facts: facts(live(), changes: true, failed: true),
            plan: .init(store: .nothing, cookie: .leave)
        ),
        Row(
            name: "a secret that is as old as it may become",
            facts: facts(live(issued: .minutes(5))),
            plan: .init(store: .update(touch, renewing: true), cookie: .set),
            configure: { $0.renewal = SessionRenewal(after: .minutes(5)) }
        ),
        Row(
            name: "a secret that is younger",
            facts: facts(live(issued: .minutes(5) - .milliseconds(1))),
            plan: .init(store: .nothing, cookie: .leave),
            configure: { $0.renewal = SessionRenewal(after: .minutes(5)) }
        ),
        Row(
            name: "an old secret after the head has left",
            facts: facts(live(issued: .minutes(5)), changes: true, canSetCookie: false),
            plan: .init(store: .update(touch, renewing: false), cookie: .leave),
            configure: { $0.renewal = SessionRenewal(after: .minutes(5)) }
        ),
        Row(
            name: "the secret before a renewal, within its grace",
            facts: facts(live(holdsPrevious: true)),
            plan: .init(store: .nothing, cookie: .set),
            configure: { $0.renewal = SessionRenewal(after: .minutes(5)) }
        ),
        Row(
            name: "an operation that made a new secret, in a handler that failed",
            facts: facts(live(), duty: .set, failed: true),
            plan: .init(store: .nothing, cookie: .set)
        ),
        Row(
            name: "a remembered session that is extended",
            facts: facts(live(lastAccessed: .days(2), isRemembered: true)),
            plan: .init(store: .update(longTouch, renewing: false), cookie: .set)
        ),
        Row(
            name: "a remembered session that is not",
            facts: facts(live(lastAccessed: .days(1), isRemembered: true)),
            plan: .init(store: .nothing, cookie: .leave)
        ),
        Row(
            name: "every response sends the cookie, if asked for",
            facts: facts(live()),
            plan: .init(store: .nothing, cookie: .set),
            configure: { $0.resendsCookie = true }
        ),
        Row(
            name: "every request writes, if asked for",
            facts: facts(live()),
            plan: .init(store: .update(touch, renewing: false), cookie: .leave),
            configure: { $0.writesUnchangedSessions = true }
        ),
    ]

    @Test("plans what is right for", arguments: rows)
    func plan(row: Row) {
        var configuration = SessionConfiguration()
        row.configure(&configuration)
        #expect(SessionPlanner(configuration: configuration).plan(row.facts) == row.plan)
    }

    /// Ways to configure what a session may have to do although nothing changed it.
    static let manners: [@Sendable (inout SessionConfiguration) -> Void] = [
        { _ in }, { $0.createsEmptySessions = true }, { $0.writesUnchangedSessions = true },
        { $0.resendsCookie = true },
        { $0.touchAfter = .zero }, { $0.touchAfter = .minutes(10) }, { $0.limits.idle = nil },
        { $0.renewal = SessionRenewal(after: .minutes(5)) },
    ]

    @Test(
        "a session that is left alone without a look at the facts has nothing planned by them",
        arguments: [true, false])
    func isNoOp(isSelfContained: Bool) {
        let ages: [Duration] = [
            .zero - .days(1), .zero, .seconds(119), .seconds(120), .minutes(5), .minutes(10), .days(2),
        ]
        var quietCount = 0
        for (configure, age, issued) in Self.manners.flatMap({ configure in
            ages.flatMap { age in ages.map { (configure, age, $0) } }
        }) {
            var configuration = SessionConfiguration()
            configure(&configuration)
            let planner = SessionPlanner(configuration: configuration, isSelfContained: isSelfContained)
            for length in [nil, Duration.zero, .minutes(20), .days(7)] {
                var record = SessionRecord(
                    id: SessionID(high: 1, low: 2),
                    secretHash: .none,
                    secretIssuedAt: Self.start - issued,
                    version: SessionVersion(counter: 1, tag: 1),
                    createdAt: Self.start - .days(3),
                    lastAccessedAt: Self.start - age,
                    expiresAt: Self.start - age + .minutes(20),
                    absoluteExpiresAt: Self.start + .days(29),
                    isRemembered: length != nil
                )
                if let length, length > .zero { record.rememberedFor = length }
                let plan = planner.plan(
                    Self.facts(
                        .live(
                            PlannerInput.LiveInput(
                                lastAccessedAt: record.lastAccessedAt,
                                expiresAt: record.expiresAt,
                                absoluteExpiresAt: record.absoluteExpiresAt,
                                secretIssuedAt: record.secretIssuedAt,
                                isRemembered: record.isRemembered,
                                rememberedFor: record.rememberedFor,
                                holdsPreviousSecret: false
                            ))))
                guard planner.isNoOp(record, now: Self.start) else { continue }
                quietCount += 1
                #expect(plan == .nothing, "\(configuration), \(age), \(issued), \(String(describing: length))")
            }
        }
        // An ordinary session of now, for one, is left alone.
        #expect(quietCount > 100)
    }
}
