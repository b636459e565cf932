//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Lets the logged-in administrator act as another user, at once.
    ///
    /// The request and the browser continue with a session of its own, in which ``subject`` is the other user and
    /// ``actor`` the administrator. It ends after its time whatever happens in it, and with the administrator's session
    /// wherever that ends. Its uses extend the administrator's session, and ``stopActing()`` returns to it. It begins
    /// without values. ``activeSessions(from:limit:)`` of both users has it, marked by ``ActiveSession/actor``, and
    /// every event of it names both.
    ///
    /// In it, operations that would authenticate, extend the session, or end the user's other sessions throw
    /// `refusedWhileActing`, and so does this one: an administrator cannot act as one user through another. What else
    /// must not be done as someone else is guarded by ``requireNotActing()``. A login or logout in it ends both
    /// sessions.
    ///
    /// Unsaved changes of this request are stored in the administrator's session first. A session that is bound to a
    /// device acts in one that is not.
    ///
    /// - Parameters:
    ///   - subject: The identifier of the user, as the user logs in with.
    ///   - reason: Why, for events: 1 to 256 bytes. A longer text is truncated.
    ///   - lifetime: How long, at least 1 second, and at most as long as the administrator's session.
    /// - Throws: ``SessionError``: `notAuthenticated` when no one is logged in, `impersonationRefused` when
    ///   ``SessionConfiguration/allowsImpersonation`` does not allow it, `refusedWhileActing`, `invalidSubject`,
    ///   `storeUnavailable`, `contention`, `ended`, `responseStarted`, or `notOffered` by backends without a store; or
    ///   what the application's function throws.
    public func act(as subject: String, reason: String, for lifetime: Duration) async throws {
        try SessionError.check(subject: subject)
        try await self.requiringOpenResponse("act(as:reason:for:)") {
            try self.requireAttached()
            try self.refuseWhileActing("act(as:reason:for:)")
            guard self.engine.driver.supportsImpersonation else { throw SessionError.impersonationNotOffered }
            guard let record = self.withAccessedState({ $0.live?.record }), let actor = record.subject else {
                throw SessionError.notAuthenticated(challenges: self.challenges())
            }
            guard !record.belongs(to: subject) else {
                throw SessionError.impersonationRefused("it is the administrator: name another user")
            }
            guard let reason = reason.truncated(toBytes: Impersonation.reasonLimit), !reason.isEmpty else {
                throw SessionError.impersonationRefused("the reason is empty: give 1 to 256 bytes")
            }
            guard lifetime >= .seconds(1) else {
                throw SessionError.impersonationRefused("the time is \(lifetime): give 1 second or more")
            }
            let wish = ImpersonationRequest(
                actor: actor, subject: subject, reason: reason, lifetime: lifetime,
                authenticatedAt: record.authenticatedAt ?? record.createdAt)
            guard let isAllowed = self.engine.configuration.allowsImpersonation else {
                throw SessionError.impersonationRefused("no one may: set allowsImpersonation in the configuration")
            }
            guard try await isAllowed(wish) else {
                throw SessionError.impersonationRefused("allowsImpersonation returned false for these two users")
            }
            try await self.begin(wish)
        }
    }

    private func begin(_ wish: ImpersonationRequest) async throws {
        if let failure = self.withState({ $0.failure }) { throw failure }
        if self.withState({ !$0.pending.isEmpty }) { try await self.write(.save) }
        try self.requireAttached()
        guard let live = self.withState({ $0.live }) else { return }
        guard
            let acting = try await self.engine.driver.beginImpersonation(wish, by: live, for: self.request)
        else {
            self.detach(live.record.id)
            throw SessionError.ended(live.record.id)
        }
        self.withState { state in
            state.noteUserChange(from: wish.actor)
            state.status = .live(acting)
            state.pendingCookieAction = .set
        }
        self.report(.actingBegan, nil, acting.record.id, others: [live.record.id], subject: wish.subject)
    }

    /// Ends the session in which an administrator acts as another user, and returns to the administrator's own, at
    /// once. That one is as it was, with its token, its values and its limits. In any other session it does nothing.
    ///
    /// Unsaved changes of this request are discarded. If the administrator's session has ended, no one is logged in.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended` when the session has ended in the
    ///   meantime, or `responseStarted`.
    public func stopActing() async throws {
        try await self.requiringOpenResponse("stopActing()") {
            guard let live = self.withAccessedState({ $0.live }), let impersonation = live.record.impersonation else {
                return
            }
            let (isEnded, actor) = try await self.engine.driver.endImpersonation(live, for: self.request)
            guard isEnded else {
                self.detach(live.record.id)
                throw SessionError.ended(live.record.id)
            }
            self.withState { state in
                state.discardChanges()
                if let subject = live.record.subject { state.noteUserChange(from: subject) }
                state.status = actor.map { .live($0) } ?? .visitor
                state.pendingCookieAction = actor == nil ? .clear : .set
                if actor == nil, !live.isNew {
                    state.ended = .init(transport: state.transport, cookieOverrides: live.record.cookieOverrides)
                }
            }
            self.report(
                .ended, .actingStopped, live.record.id, others: [impersonation.actorSessionID],
                subject: live.record.subject, acting: impersonation)
            guard actor != nil else { return }
            guard try await self.updateRecord({ $0.actingSessionID = nil }) else { return try self.requireAttached() }
        }
    }

    /// The administrator who acts in this session as its user (``act(as:reason:for:)``); nil in every other session.
    public var actor: String? { self.withAccessedState { $0.live?.record.impersonation?.actor } }

    /// Why the administrator acts in this session; nil if none does.
    public var actingReason: String? { self.withAccessedState { $0.live?.record.impersonation?.reason } }

    /// Requires a logged-in user who is present, and not an administrator who acts as that user. Use it for what an
    /// administrator must never do as someone else, such as changing a password or paying.
    ///
    /// - Returns: The identifier of the user.
    /// - Throws: ``SessionError``: `notAuthenticated` when no one is logged in, `refusedWhileActing`, or
    ///   `storeUnavailable` when that is unknown because the request continues without its session.
    @discardableResult
    public func requireNotActing() throws(SessionError) -> String {
        let subject = try self.requireAuthenticated()
        try self.refuseWhileActing("This request")
        return subject
    }

    /// - Throws: ``SessionError`` with the code `refusedWhileActing`.
    func refuseWhileActing(_ operation: String) throws(SessionError) {
        guard self.withState({ $0.live?.record.impersonation }) != nil else { return }
        throw .refusedWhileActing(operation)
    }
}
