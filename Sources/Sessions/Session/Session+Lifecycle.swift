//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Stores the changes at once.
    ///
    /// It also works while a streamed body is being written, with two exceptions: a new session, because it needs a
    /// cookie, and a sealed session, because it is kept in the cookie.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended` when the session has ended in the
    ///   meantime, `valuesTooLarge`, `notEncodable`, `cookieWithheld`, or `responseStarted`.
    public func save() async throws {
        try await self.serialized {
            if let failure = self.withState({ $0.failure }) { throw failure }
            let (status, hasChanges, hasResponseStarted) = self.withState {
                ($0.status, !$0.pending.isEmpty, $0.hasResponseStarted)
            }
            if hasChanges {
                switch status {
                case .detached(let detachment): throw detachment.error
                case .visitor where hasResponseStarted: throw SessionError.responseStarted("Saving a new session")
                case .visitor where self.isCookieWithheld: throw SessionError.cookieWithheld
                case .live where hasResponseStarted && self.engine.driver.isSelfContained:
                    throw SessionError.responseStarted("Saving a session that is kept in its cookie")
                case .visitor, .live: break
                }
            }
            let cookie = try await self.write(.save)
            if hasChanges { try self.requireAttached() }
            self.withState { state in
                if cookie == .set { state.pendingCookieAction = .set }
            }
        }
    }

    /// Discards unsaved changes; nothing is sent. Use it in a handler that handles a failed ``save()`` itself, so that
    /// the end of the request does not retry.
    public func discardChanges() {
        self.withAccessedState { $0.discardChanges() }
    }

    /// Reads the session again and discards unsaved changes. Without a session it only discards.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, or `ended` when the session no longer exists.
    public func reload() async throws {
        try await self.serialized {
            self.withAccessedState { $0.discardChanges() }
            guard let live = self.withState({ $0.live }) else { return }
            guard let record = try await self.engine.driver.reload(live) else {
                self.detach(live.record.id)
                throw SessionError.ended(live.record.id)
            }
            self.withState { $0.didWrite(record, []) }
        }
    }

    /// Extends the idle limit at once, whatever share of it has passed. Without a session it does nothing.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `ended` when the session no longer exists, or `responseStarted`
    ///   when the session is kept in its cookie and the response has begun.
    public func touch() async throws {
        try await self.serialized {
            let (live, hasResponseStarted) = self.withAccessedState { ($0.live, $0.hasResponseStarted) }
            guard let live else { return }
            let isSealed = self.engine.driver.isSealed
            guard !(isSealed && hasResponseStarted) else {
                throw SessionError.responseStarted("Extending a session that is kept in its cookie")
            }
            let configuration = self.engine.configuration
            let now = configuration.clock.now
            let limits = configuration.limits(of: live.record)
            let touch = SessionTouch(
                lastAccessedAt: now,
                expiresAt: limits.expiry(usedAt: now, absoluteExpiresAt: live.record.absoluteExpiresAt)
            )
            try await self.write(.touch(touch))
            guard self.withState({ $0.live != nil }) else { throw SessionError.ended(live.record.id) }
            if live.record.isRemembered || isSealed { self.withState { $0.pendingCookieAction = .set } }
        }
    }

    /// Renews the secret of the session at once, for example after a change of privileges. The previous secret no
    /// longer opens the session. Without a session it does nothing.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func renew() async throws {
        try await self.requiringOpenResponse("renew()") {
            try self.refuseWhileActing("renew()")
            guard let live = self.withAccessedState({ $0.live }) else { return }
            try await self.renew(live) { _ in }
            self.reportRenewal(.renewed, .explicit, of: live.record)
        }
    }

    /// Renews the secret and changes the record in the same write.
    func renew(_ live: SessionState.LoadedSession, _ change: (inout SessionRecord) throws -> Void) async throws {
        guard let renewed = try await self.engine.driver.renew(live, for: self.request, change) else {
            self.detach(live.record.id)
            throw SessionError.ended(live.record.id)
        }
        self.continueWith(renewed)
        self.reportMerge(of: renewed.record, since: live.record)
    }

    /// Continues with a session that has a new credential. The response delivers it to the client.
    func continueWith(_ renewed: SessionState.LoadedSession) {
        self.withState { state in
            state.status = .live(renewed)
            state.pendingCookieAction = .set
        }
    }

    /// Ends the session, if there is one, and begins a new, empty one with another id and secret, and no user.
    ///
    /// With the backend that has only tokens, it makes a new token. Call it before a login, so that a client that knew
    /// the old token is not logged in with it (session fixation).
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, or `responseStarted`. If the new session cannot be stored, the
    ///   old one has ended anyway.
    public func regenerate() async throws {
        try await self.requiringOpenResponse("regenerate()") {
            try await self.endCurrent(.regenerated)
            try self.requireAttached()
            try await self.write(.begin(isAnonymous: true))
        }
    }

    /// Ends the session at once: its token opens nothing for requests that begin after this has returned. The response
    /// clears the client's cookie.
    ///
    /// Values set afterwards begin a new session. While a streamed body is being written, the session ends as well, but
    /// the cookie, now worthless, stays. Without a session it does nothing.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`; the session may then still exist.
    public func destroy() async throws {
        try await self.serialized { _ = try await self.endCurrent(.destroyed) }
    }

    /// Gives the cookie of this session its own attributes at once. They are stored with the session. Without a
    /// session, one begins.
    ///
    /// - Throws: ``SessionError``: `invalidCookie` when browsers would reject the cookie, or would keep it beside the
    ///   present one (another domain, path or partitioning: call ``regenerate()`` first); `storeUnavailable`,
    ///   `contention`, `ended`, or `responseStarted`.
    public func setCookie(_ overrides: SessionCookie.Overrides) async throws {
        try await self.requiringOpenResponse("setCookie(_:)") {
            let problems = self.engine.environment.configuration.cookie(for: self.request).applying(overrides).problems
            guard problems.isEmpty else { throw SessionError(.invalidCookie, problems.joined(separator: " ")) }
            try self.requireAttached()
            guard let live = self.withAccessedState({ $0.live }) else {
                return _ = try await self.write(.begin(isAnonymous: true)) { $0.cookieOverrides = overrides }
            }
            if !live.isNew, overrides.makesAnotherCookie(than: live.record.cookieOverrides ?? .init()) {
                throw SessionError(
                    .invalidCookie,
                    "Another domain, path or partitioning makes another cookie beside the old: call regenerate() first."
                )
            }
            guard try await self.updateRecord({ $0.cookieOverrides = overrides }) else {
                return try self.requireAttached()
            }
            self.withState { $0.pendingCookieAction = .set }
        }
    }
}
