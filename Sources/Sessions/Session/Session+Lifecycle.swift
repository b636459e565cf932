//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Stores what was changed, now.
    ///
    /// It also works while a streamed body is being written; only a session that would have to begin then comes too
    /// late, for its cookie, and so does whatever is kept in a sealed one.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended` when the session ended meanwhile,
    ///   `valuesTooLarge`, `notEncodable`, `cookieWithheld`, or `responseStarted`.
    public func save() async throws {
        try await self.alone {
            if let failure = self.withState({ $0.failure }) { throw failure }
            let (standing, hasChanges, hasResponseStarted) = self.withState {
                ($0.standing, !$0.pending.isEmpty, $0.hasResponseStarted)
            }
            if hasChanges {
                switch standing {
                case .detached(let detachment): throw detachment.error
                case .visitor where hasResponseStarted: throw SessionError.responseStarted("Saving a new session")
                case .visitor where self.isCookieWithheld: throw SessionError.cookieWithheld
                case .live where hasResponseStarted && self.engine.driver.isInText:
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

    /// Forgets what was changed and not saved; nothing is sent. For a handler that answers a failed ``save()`` in its
    /// own way, so that the end of the request does not try again.
    public func discardChanges() {
        self.access { $0.discardChanges() }
    }

    /// Reads the session anew and forgets what was changed and not saved. Without a session it only forgets.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, or `ended` when the session is no longer there.
    public func reload() async throws {
        try await self.alone {
            self.access { $0.discardChanges() }
            guard let live = self.withState({ $0.live }) else { return }
            guard let record = try await self.engine.driver.reload(live) else {
                self.detach(live.record.id)
                throw SessionError.ended(live.record.id)
            }
            self.withState { $0.wrote(record, []) }
        }
    }

    /// Notes now that the session is in use, whatever share of the idle limit has passed. Without a session it does
    /// nothing.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `ended` when the session is no longer there, or
    ///   `responseStarted` when it is kept in its cookie and the response has begun.
    public func touch() async throws {
        try await self.alone {
            let (live, hasResponseStarted) = self.access { ($0.live, $0.hasResponseStarted) }
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

    /// Makes a new secret for the same session, now: after a change of privileges, for example. The previous secret
    /// opens nothing any more. Without a session it does nothing.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func renew() async throws {
        try await self.beforeResponse("renew()") {
            guard let live = self.access({ $0.live }) else { return }
            try await self.renew(live) { _ in }
            self.reportRenewal(.renewed, .explicit, of: live.record)
        }
    }

    /// Makes a new secret and changes the record with it.
    func renew(_ live: SessionState.LoadedSession, _ change: (inout SessionRecord) throws -> Void) async throws {
        guard let renewed = try await self.engine.driver.renew(live, for: self.request, change) else {
            self.detach(live.record.id)
            throw SessionError.ended(live.record.id)
        }
        self.goOn(as: renewed)
        self.reportMerge(of: renewed.record, since: live.record)
    }

    /// Goes on with a session that has a new text, which its client is given with the response.
    func goOn(as renewed: SessionState.LoadedSession) {
        self.withState { state in
            state.standing = .live(renewed)
            state.pendingCookieAction = .set
        }
    }

    /// Ends the session, if there is one, and begins a new, empty one: another id, another secret, no one logged in.
    ///
    /// With tokens alone it makes a new token. Call it before a login, so that a client that knew the old token is not
    /// logged in with it.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, or `responseStarted`. If the new session cannot be stored, the
    ///   old one has ended all the same.
    public func regenerate() async throws {
        try await self.beforeResponse("regenerate()") {
            try await self.endCurrent(.regenerated)
            try self.requireAttached()
            try await self.write(.begin(isAnonymous: true))
        }
    }

    /// Ends the session, now: no request that begins after this has returned gets in with its token. The client's
    /// cookie is cleared with the response.
    ///
    /// What is set afterwards begins a new session. While a streamed body is being written the session ends as well;
    /// the cookie, by then worthless, stays. Without a session nothing happens.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`; the session may then still be there.
    public func destroy() async throws {
        try await self.alone { _ = try await self.endCurrent(.destroyed) }
    }

    /// Gives this session's cookie attributes of its own, now. They are remembered with the session. Without a session
    /// one begins.
    ///
    /// - Throws: ``SessionError``: `invalidCookie` when browsers would not accept the cookie, or when they would keep
    ///   it beside the one they have (another domain, path or partitioning: call ``regenerate()`` first);
    ///   `storeUnavailable`, `contention`, `ended`, or `responseStarted`.
    public func setCookie(_ overrides: SessionCookie.Overrides) async throws {
        try await self.beforeResponse("setCookie(_:)") {
            let problems = self.engine.configuration.cookie(for: self.request).applying(overrides).problems
            guard problems.isEmpty else { throw SessionError(.invalidCookie, problems.joined(separator: " ")) }
            try self.requireAttached()
            guard let live = self.access({ $0.live }) else {
                return _ = try await self.write(.begin(isAnonymous: true)) { $0.cookieOverrides = overrides }
            }
            if !live.isNew, overrides.makesAnotherCookie(than: live.record.cookieOverrides ?? .init()) {
                throw SessionError(
                    .invalidCookie,
                    "Another domain, path or partitioning makes another cookie beside the old: call regenerate() first."
                )
            }
            guard try await self.rewrite({ $0.cookieOverrides = overrides }) else { return try self.requireAttached() }
            self.withState { $0.pendingCookieAction = .set }
        }
    }
}
