//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Decides what is written of a session, at the end of its request or when the handler saves: a value that is told what
/// became of each write, and says what to do next.
///
/// It knows no store and no clock, and never waits. ``SessionClosing`` performs its actions. Changes are handed to a
/// write, and settled when it is known what became of it, here and nowhere else.
struct CloseOperation {
    /// What the operation is for.
    enum Purpose {
        /// The request ends, well or with a failure that nobody meant.
        case end(SessionEngine.Outcome)
        /// The handler saves.
        case save
        /// The handler notes that the session is in use.
        case touch(SessionTouch)
        /// The handler begins a session, for which the application may be asked.
        case begin(isAnonymous: Bool)
    }

    /// What happened.
    enum Event {
        case started(now: Instant)
        /// The application was asked whether an anonymous session may begin.
        case answered(isAllowed: Bool)
        case created(SessionState.LoadedSession)
        case touched(isLive: Bool)
        case updated(SessionUpdate, SessionRewriteResult)
        case reported
        case failed(any Error)
    }

    /// What is to be done.
    enum Action {
        /// Ask the application whether an anonymous session may begin.
        case ask
        case create(SessionChanges)
        case touch(SessionState.LoadedSession, SessionTouch)
        case update(SessionUpdate)
        case report(Notice)
    }

    /// What is to be reported.
    enum Notice {
        case created(SessionRecord)
        case updated(SessionUpdate, SessionRecord)
        /// The session has ended since the request began.
        case gone(SessionID, hadChanges: Bool)
        case dropped
        /// A write failed that the handler did not ask for.
        case untouched(SessionID?, any Error)
    }

    enum Step {
        case perform(Action)
        case finish(ResponseEffects)
        /// The response must not go out as if all had gone well.
        case fail(any Error, ResponseEffects)
    }

    private let purpose: Purpose
    private let resolution: ResolutionReason
    private let environment: EngineEnvironment
    private var now = Instant(millisecondsSince1970: 0)
    private var plan = SessionPlan.nothing
    /// What is done with the cookie, once what was written is reported.
    private var cookie = SessionPlan.CookieAction.leave
    /// The session that is touched.
    private var touched: (id: SessionID, touch: SessionTouch)?
    /// Whether the handler asked for nothing of the write.
    private var isOptional = false

    /// - Parameters:
    ///   - purpose: What the operation is for.
    ///   - resolution: How the request came to its session.
    ///   - environment: How the engine is set up.
    init(_ purpose: Purpose, _ resolution: ResolutionReason, _ environment: EngineEnvironment) {
        self.purpose = purpose
        self.resolution = resolution
        self.environment = environment
    }

    mutating func next(_ event: Event, of request: SessionRequest, in state: inout SessionState) -> Step {
        switch event {
        case .started(let now):
            self.now = now
            return self.begin(request, &state)
        case .answered(true):
            return self.create(&state)
        case .answered(false):
            if case .create = self.plan.store, state.pending.isEmpty { return self.finish(.leave, &state) }
            let retryAfter = self.environment.configuration.retryAfter
            return self.fail(SessionError.anonymousSessionRefused(retryAfter: retryAfter), &state)
        case .created(let live):
            state.began(live)
            state.commit()
            return self.report(.created(live.record), then: .set)
        case .touched(let isLive):
            guard let touched else { return self.finish(.leave, &state) }
            guard isLive else { return self.lose(touched.id, &state) }
            state.wrote(touched.touch)
            return self.finish(self.plan.cookie, &state)
        case .updated(let update, .written(let record)):
            state.wrote(record, update.writes)
            state.commit()
            return self.report(.updated(update, record), then: self.plan.cookie)
        case .updated(let update, .gone):
            return self.lose(update.live.record.id, hadChanges: !update.changes.isEmpty, &state)
        case .reported:
            return self.finish(self.cookie, &state)
        case .failed(let error):
            state.rollback()
            return self.settle(error, &state)
        }
    }

    private mutating func begin(_ request: SessionRequest, _ state: inout SessionState) -> Step {
        var handlerFailed = false
        switch self.purpose {
        case .begin(let isAnonymous):
            return isAnonymous ? self.createIfAllowed(&state) : self.create(&state)
        case .touch(let touch):
            self.plan = SessionPlan(store: .touch(touch), cookie: .leave)
            return self.write(request, &state)
        case .end(let outcome) where outcome.isFailure:
            handlerFailed = true
            state.discardChanges()
        case .end:
            if state.hasNothingToWrite, self.environment.planner.isNoOp(state.live?.record, now: self.now) {
                return self.finish(.leave, &state)
            }
            if let failure = state.failure { return self.fail(failure, &state) }
        case .save:
            break
        }
        self.plan = self.environment.planner.plan(
            state.plannerInput(
                for: request,
                self.resolution,
                handlerFailed: handlerFailed,
                self.environment,
                now: self.now
            )
        )
        return self.write(request, &state)
    }

    /// Begins to carry the plan out, store first.
    private mutating func write(_ request: SessionRequest, _ state: inout SessionState) -> Step {
        switch self.plan.store {
        case .nothing, .drop, .create: break
        case .touch: if case .touch = self.purpose {} else { self.isOptional = true }
        case .update: self.isOptional = state.pending.isEmpty
        }
        if case .end = self.purpose, self.plan.store.isWrite, let failure = state.storeFailure {
            // An operation has just waited for the store.
            return self.isOptional ? self.finish(state.cookieAfterFailure, &state) : self.fail(failure, &state)
        }
        switch (self.plan.store, state.live) {
        case (.create, _):
            return self.createIfAllowed(&state)
        case (.touch(let touch), let live?):
            if self.environment.configuration.tracksClients, !live.record.isLastClient(SessionClient(of: request)) {
                // A touch has no room for a client, who rarely changes.
                return .perform(.update(self.update(of: live, touch)))
            }
            self.touched = (live.record.id, touch)
            return .perform(.touch(live, touch))
        case (.update(let touch, let isRenewing), let live?):
            var update = self.update(of: live, touch)
            update.changes = state.beginCommit()
            update.isRenewing = isRenewing
            return .perform(.update(update))
        case (.drop, _):
            state.discardChanges()
            return self.report(.dropped, then: self.plan.cookie)
        case (.nothing, _):
            return self.finish(self.plan.cookie, &state)
        case (.touch, nil), (.update, nil):
            return self.finish(.leave, &state)
        }
    }

    private func update(of live: SessionState.LoadedSession, _ touch: SessionTouch?) -> SessionUpdate {
        var update = SessionUpdate(of: live, now: self.now)
        update.touch = touch
        return update
    }

    private mutating func createIfAllowed(_ state: inout SessionState) -> Step {
        guard self.environment.configuration.allowsAnonymousSession == nil else { return .perform(.ask) }
        return self.create(&state)
    }

    private func create(_ state: inout SessionState) -> Step {
        .perform(.create(state.beginCommit()))
    }

    /// The session is gone: what this request set is dropped, and it sets no cookie.
    private mutating func lose(_ id: SessionID, hadChanges: Bool = false, _ state: inout SessionState) -> Step {
        state.detach(id)
        return self.report(.gone(id, hadChanges: hadChanges), then: .leave)
    }

    /// A store that cannot be written to fails no request that only reads: the next request does the same write.
    private mutating func settle(_ error: any Error, _ state: inout SessionState) -> Step {
        let codes: [SessionError.Code] = [.storeUnavailable, .contention]
        guard self.isOptional, let error = error as? SessionError, codes.contains(error.code) else {
            return self.fail(error, &state)
        }
        return self.report(.untouched(state.live?.record.id, error), then: state.cookieAfterFailure)
    }

    private mutating func report(_ notice: Notice, then cookie: SessionPlan.CookieAction) -> Step {
        self.cookie = cookie
        return .perform(.report(notice))
    }

    private func finish(_ cookie: SessionPlan.CookieAction, _ state: inout SessionState) -> Step {
        .finish(self.effects(cookie, &state))
    }

    private func fail(_ error: any Error, _ state: inout SessionState) -> Step {
        .fail(error, self.effects(state.cookieAfterFailure, &state))
    }

    private func effects(_ cookie: SessionPlan.CookieAction, _ state: inout SessionState) -> ResponseEffects {
        let effects = state.effects(cookie, clearing: self.environment.configuration.clearsSiteDataOnLogout)
        if case .end = self.purpose {
            state.hasResponseStarted = true
            state.effects = effects
        }
        return effects
    }
}

extension SessionState {
    /// Whether the request did nothing that its end has to do with, well or badly, and the client has what it needs.
    fileprivate var hasNothingToWrite: Bool {
        mutating get {
            self.pending.isEmpty && self.pendingCookieAction == .none && self.failure == nil && self.storeFailure == nil
                && self.live?.isNew != true && self.live?.holdsCurrentSecret != false
        }
    }

    /// What the client must be told although the end of the request failed.
    fileprivate var cookieAfterFailure: SessionPlan.CookieAction {
        switch self.pendingCookieAction {
        case .none: .leave
        case .set: self.live == nil ? .leave : .set
        case .clear: .clear
        }
    }
}
