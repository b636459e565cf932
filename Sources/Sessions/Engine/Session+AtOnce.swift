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
    func finishAtOnce(_ outcome: SessionEngine.Outcome) -> SessionPlan.CookieStep? {
        guard !outcome.isFailure else { return nil }
        return self.gate.ifFree {
            let now = self.engine.configuration.clock.now
            let plan = self.withState { state -> SessionPlan? in
                guard state.failure == nil, state.storeFailure == nil else { return nil }
                let plan = self.plan(of: &state, handlerFailed: false, now: now)
                if plan.store == .nothing { state.conclude(plan) }
                return plan
            }
            guard let plan else { return nil }
            switch plan.store {
            case .nothing:
                return plan.cookie
            case .update(let touch, renewing: false):
                return self.updateAtOnce(touch, now: now, concluding: plan) ? plan.cookie : nil
            case .create, .touch, .update, .drop:
                return nil
            }
        }
    }

    private func updateAtOnce(_ touch: SessionTouch?, now: Instant, concluding plan: SessionPlan) -> Bool {
        let (before, changes) = self.withState { ($0.live?.record, $0.takeChanges()) }
        let record = before.flatMap { before in
            self.engine.keeper.rewriteAtOnce(before, for: self.request, now: now) {
                try self.apply(changes, touch, to: &$0)
            }
        }
        self.withState { state in
            guard let record else { return state.restoreChanges() }
            state.settleChanges()
            state.wrote(record)
            state.conclude(plan)
        }
        return record != nil
    }
}

extension SessionState {
    /// The plan is carried out, and the head of the response is on its way.
    fileprivate mutating func conclude(_ plan: SessionPlan) {
        self.plan = plan
        self.hasResponseStarted = true
    }
}
