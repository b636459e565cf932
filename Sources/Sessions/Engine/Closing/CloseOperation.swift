//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Decides what is written of a session at the end of its request or when the handler saves: a state machine that gets
/// the result of each write, and returns the next action.
///
/// It has no store and no clock, and never suspends. ``SessionClosing`` performs its actions. Only this type hands
/// changes to a write, and commits or rolls them back when the result is known.
struct CloseOperation {
    /// The purpose of the operation.
    enum Purpose {
        /// The request ends, with a response or with an unexpected error.
        case end(SessionEngine.Outcome)
        /// The handler saves.
        case save
        /// The handler touches the session.
        case touch(SessionTouch)
        /// The handler begins a session, which the application may need to allow.
        case begin(isAnonymous: Bool)
    }

    /// An input of the state machine.
    enum Event {
        case started(now: SessionInstant)
        /// The application has decided whether an anonymous session may begin.
        case answered(isAllowed: Bool)
        indirect case created(SessionState.LoadedSession)
        case touched(isLive: Bool)
        case updated(UpdateResult)
        case reported
        case failed(any Error)
    }

    /// The next action.
    enum Action {
        /// Ask the application whether an anonymous session may begin.
        case ask
        case create(SessionChanges)
        /// Extend the session as ``CloseOperation/update`` says.
        case touch
        /// Change the record by ``CloseOperation/update``.
        case update
        case report(Notice)
    }

    /// An event to report.
    indirect enum Notice {
        case created(SessionRecord)
        case updated(SessionUpdate, SessionRecord)
        /// The session has ended since the request began.
        case gone(SessionID, hadChanges: Bool)
        case dropped
        /// A write failed that the handler did not request.
        case untouched(SessionID?, any Error)
    }

    enum Step {
        case perform(Action)
        case finish(ResponseEffects)
        /// The response must not go out as a success.
        case fail(any Error, ResponseEffects)
    }

    /// The change that is under way. In its place, because each copy costs ("memory: counter").
    var update: SessionUpdate?
    private let purpose: Purpose
    private let resolution: ResolutionReason
    private let environment: EngineEnvironment
    private var now = SessionInstant(millisecondsSince1970: 0)
    private var plan = SessionPlan.nothing
    /// The cookie action after the write is reported.
    private var cookie = SessionPlan.CookieAction.leave
    /// Whether the handler did not request the write.
    private var isOptional = false

    /// - Parameters:
    ///   - purpose: The purpose of the operation.
    ///   - resolution: Which session the request has, and why.
    ///   - environment: The environment of the engine.
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
            guard let update = self.update, let touch = update.touch else { return self.finish(.leave, &state) }
            guard isLive else { return self.lose(update.live.record.id, &state) }
            state.didWrite(touch)
            return self.finish(self.plan.cookie, &state)
        case .updated(let result):
            return self.conclude(result, &state)
        case .reported:
            return self.finish(self.cookie, &state)
        case .failed(let error):
            state.rollback()
            return self.settle(error, &state)
        }
    }

    /// How a request ends that changed nothing, with nothing due; nil when there is something to decide.
    ///
    /// - Parameter now: The time; nil if it is not known, which is enough without a session.
    static func unchanged(
        _ state: inout SessionState,
        _ environment: EngineEnvironment,
        now: SessionInstant?
    ) -> ResponseEffects? {
        guard state.hasNothingToWrite, environment.planner.isNoOp(state.live?.record, now: now) else { return nil }
        return state.end(.leave, environment)
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

    /// Begins to carry out the plan, the store first.
    private mutating func write(_ request: SessionRequest, _ state: inout SessionState) -> Step {
        switch self.plan.store {
        case .nothing, .drop, .create: break
        case .touch: if case .touch = self.purpose {} else { self.isOptional = true }
        case .update: self.isOptional = state.pending.isEmpty
        }
        if case .end = self.purpose, self.plan.store.isWrite, let failure = state.storeFailure {
            // An operation has just waited for the store, and it failed.
            return self.isOptional ? self.finish(state.cookieAfterFailure, &state) : self.fail(failure, &state)
        }
        switch self.plan.store {
        case .create:
            return self.createIfAllowed(&state)
        case .touch(let touch):
            guard let live = state.copyOfLive() else { return self.finish(.leave, &state) }
            self.update = SessionUpdate(of: live, touch, now: self.now)
            // A touch cannot store a client, which rarely changes.
            let hasNewClient =
                self.environment.configuration.tracksClients
                && !live.record.isLastClient(self.environment.configuration.client(of: request))
            return .perform(hasNewClient ? .update : .touch)
        case .update(let touch, let isRenewing):
            guard let live = state.copyOfLive() else { return self.finish(.leave, &state) }
            let changes = state.beginCommit()
            self.update = SessionUpdate(of: live, touch, changes, isRenewing: isRenewing, now: self.now)
            return .perform(.update)
        case .drop:
            state.discardChanges()
            return self.report(.dropped, then: self.plan.cookie)
        case .nothing:
            return self.finish(self.plan.cookie, &state)
        }
    }

    private mutating func createIfAllowed(_ state: inout SessionState) -> Step {
        guard self.environment.configuration.allowsAnonymousSession == nil else { return .perform(.ask) }
        return self.create(&state)
    }

    private func create(_ state: inout SessionState) -> Step {
        .perform(.create(state.beginCommit()))
    }

    private mutating func conclude(_ result: UpdateResult, _ state: inout SessionState) -> Step {
        guard case .written(let record) = result else {
            guard let update = self.update else { return self.finish(.leave, &state) }
            return self.lose(update.live.record.id, hadChanges: !update.changes.isEmpty, &state)
        }
        state.didWrite(record, self.update?.writes ?? [])
        state.commit()
        // Usually there is nothing to report, and the update is not copied ("memory: counter").
        if self.update?.isReported(as: record) == true, let update = self.update {
            return self.report(.updated(update, record), then: self.plan.cookie)
        }
        return self.finish(self.plan.cookie, &state)
    }

    /// The session is gone: the request's changes are dropped, and it sets no cookie.
    private mutating func lose(_ id: SessionID, hadChanges: Bool = false, _ state: inout SessionState) -> Step {
        state.detach(id)
        return self.report(.gone(id, hadChanges: hadChanges), then: .leave)
    }

    /// If the store rejects writes, requests that only read still succeed: the next request makes the same write.
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
        if case .end = self.purpose { return state.end(cookie, self.environment) }
        return state.effects(cookie, clearing: self.environment.configuration.clearsSiteDataOnLogout)
    }
}

extension SessionState {
    /// The request ends: the head of its response is on its way.
    fileprivate mutating func end(
        _ cookie: SessionPlan.CookieAction,
        _ environment: EngineEnvironment
    ) -> ResponseEffects {
        let effects = self.effects(cookie, clearing: environment.configuration.clearsSiteDataOnLogout)
        self.hasResponseStarted = true
        self.effects = effects
        return effects
    }

    /// Whether the request has nothing to write and nothing to report, and the client has what it needs.
    fileprivate var hasNothingToWrite: Bool {
        mutating get {
            self.pending.isEmpty && self.pendingCookieAction == .none && self.failure == nil && self.storeFailure == nil
                && self.live?.isNew != true && self.live?.holdsCurrentSecret != false
        }
    }

    /// The cookie action although the end of the request failed.
    fileprivate var cookieAfterFailure: SessionPlan.CookieAction {
        switch self.pendingCookieAction {
        case .none: .leave
        case .set: self.live == nil ? .leave : .set
        case .clear: .clear
        }
    }
}
