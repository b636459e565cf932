//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Does what the end of a request asks for without suspending, if nothing has to be waited for.
    ///
    /// Nil says nothing, and has changed nothing: what is rare, or fails, is done by ``finish(_:)``.
    @inline(__always)
    func finishAtOnce(_ outcome: SessionEngine.Outcome) -> ResponseEffects? {
        guard !outcome.isFailure else { return nil }
        // The clock may be the application's, as what an update calls, and is asked before there is a lock.
        let now = self.engine.configuration.clock.now
        return self.gate.ifFree({ self.concludeNoOp(now: now) }, otherwise: { self.carryOutAtOnce(now: now) })
    }

    /// Ends the request as nearly every one ends: it changed nothing, and nothing is due.
    @inline(__always)
    private func concludeNoOp(now: Instant) -> ResponseEffects? {
        let planner = self.engine.planner
        return self.withState { state in
            guard state.hasNoPendingWork, planner.isNoOp(state.live?.record, now: now) else { return nil }
            state.conclude(.nothing)
            return state.ending(.leave, clearing: self.engine.configuration.clearsSiteDataOnLogout)
        }
    }

    private func carryOutAtOnce(now: Instant) -> ResponseEffects? {
        let (plan, ending) = self.withState { state -> (SessionPlan?, ResponseEffects?) in
            guard state.failure == nil, state.storeFailure == nil else { return (nil, nil) }
            let plan = self.plan(of: &state, handlerFailed: false, now: now)
            guard plan.store == .nothing else { return (plan, nil) }
            state.conclude(plan)
            return (plan, state.ending(plan.cookie, clearing: self.engine.configuration.clearsSiteDataOnLogout))
        }
        guard case .update(let touch, renewing: false) = plan?.store, let plan else { return ending }
        return self.updateAtOnce(touch, now: now, concluding: plan)
    }

    private func updateAtOnce(_ touch: SessionTouch?, now: Instant, concluding plan: SessionPlan) -> ResponseEffects? {
        let (before, changes) = self.withState { ($0.live?.record, $0.beginCommit()) }
        let record = before.flatMap { before in
            self.engine.driver.rewriteAtOnce(before, for: self.request, now: now) {
                try self.apply(changes, touch, to: &$0)
            }
        }
        return self.withState { state in
            guard let record else {
                state.rollback()
                return nil
            }
            state.commit()
            state.wrote(record, SessionWrites(changes, touch))
            state.conclude(plan)
            return state.ending(plan.cookie, clearing: self.engine.configuration.clearsSiteDataOnLogout)
        }
    }
}

extension SessionState {
    /// Whether the request did nothing that its end has to do with, well or badly, and the client has what it needs.
    fileprivate var hasNoPendingWork: Bool {
        mutating get {
            self.pending.isEmpty && self.pendingCookieAction == .none && self.failure == nil && self.storeFailure == nil
                && self.live?.isNew != true && self.live?.holdsCurrentSecret != false
        }
    }

    /// The plan is carried out, and the head of the response is on its way.
    fileprivate mutating func conclude(_ plan: SessionPlan) {
        self.plan = plan
        self.hasResponseStarted = true
    }
}
