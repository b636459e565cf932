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
            guard self.withState({ $0.failure == nil && $0.storeFailure == nil }) else { return nil }
            let plan = self.plan()
            switch plan.store {
            case .nothing:
                break
            case .update(let touch, renewing: false):
                guard self.updateAtOnce(touch) else { return nil }
            case .create, .touch, .update, .drop:
                return nil
            }
            self.withState { state in
                state.plan = plan
                state.hasResponseStarted = true
            }
            return plan.cookie
        }
    }

    private func updateAtOnce(_ touch: SessionTouch?) -> Bool {
        let (live, changes) = self.withState { ($0.live, $0.takeChanges()) }
        let record = live.flatMap { live in
            self.engine.keeper.rewriteAtOnce(live, for: self.request) { try self.apply(changes, touch, to: &$0) }
        }
        self.withState { state in
            guard let record else { return state.restoreChanges() }
            state.settleChanges()
            state.wrote(record)
        }
        return record != nil
    }
}
