//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// This session as a list shows it; nil while nobody is logged in.
    public var activeSession: ActiveSession? {
        self.access { $0.live.flatMap { ActiveSession($0.record, isCurrent: true) } }
    }

    /// A page of the active sessions of the user who is logged in, on every device: this one first, then the most
    /// recently used. Empty while no one is logged in.
    ///
    /// They are named by their ids, and nothing in the list opens a session.
    ///
    /// - Parameters:
    ///   - cursor: ``ActiveSessionList/next`` of the page before. The default is nil: the first page.
    ///   - limit: The most sessions of the page besides this one, 1 to 1,000. The default is
    ///     ``ActiveSessionList/defaultLimit``.
    /// - Throws: ``SessionError``: `invalidCursor`, `storeUnavailable`, or `notOffered` by backends and stores that
    ///   have no lists.
    public func activeSessions(
        from cursor: SessionCursor? = nil,
        limit: Int = ActiveSessionList.defaultLimit
    ) async throws -> ActiveSessionList {
        guard let live = self.access({ $0.live }), let subject = live.record.subject else { return .empty }
        let page = try await self.engine.driver.page(of: subject, from: cursor, limit: min(max(1, limit), 1_000))
        return ActiveSessionList(page, current: live.record, isFirst: cursor == nil)
    }

    /// An active session of the user who is logged in, by its id: one read, however many sessions the user has. It may
    /// be this one.
    ///
    /// - Parameter id: The id, which may come from the client.
    /// - Returns: Nil for an id of no session or of another user's, and while no one is logged in.
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` by backends that have no lists.
    public func activeSession(withID id: SessionID) async throws -> ActiveSession? {
        guard let live = self.access({ $0.live }), let subject = live.record.subject else { return nil }
        let record = try await self.engine.driver.record(id, of: subject)
        return record.flatMap { ActiveSession($0, isCurrent: $0.id == live.record.id) }
    }

    /// Gives this session a name that its visitor knows the device by, now: "The laptop in the kitchen". Nil takes it
    /// away. Without a session nothing happens.
    ///
    /// - Parameter label: The name; of a longer one the first 128 bytes. It is the visitor's text: escape it wherever
    ///   you show it.
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended`, and in a sealed session `valuesTooLarge`
    ///   or `responseStarted`.
    public func setDeviceLabel(_ label: String?) async throws {
        let label = label?.cut(toBytes: SessionRecord.labelLimit)
        try await self.whileKeepable("setDeviceLabel(_:)") {
            try self.requireAttached()
            guard self.access({ $0.live }) != nil else { return }
            guard try await self.rewrite({ $0.deviceLabel = label }) else { return try self.requireAttached() }
        }
    }

    /// Ends one of the user's sessions by its id, now, on whatever device it is. It may be this one.
    ///
    /// The id may come from the client: a session of somebody else is as unknown as one that never was.
    ///
    /// - Returns: Whether it was this call that ended a session of the user.
    /// - Throws: ``SessionError``: `storeUnavailable`; or `notOffered` by sealed sessions, for another than this.
    @discardableResult
    public func logOut(_ id: SessionID) async throws -> Bool {
        try await self.alone {
            guard let record = self.access({ $0.live?.record }), let subject = record.subject else { return false }
            guard id != record.id else { return try await self.endCurrent(.loggedOut) }
            guard try await self.engine.driver.end(id, of: subject) else { return false }
            self.report(.ended, .loggedOut, id, subject: subject)
            return true
        }
    }

    /// Ends the session that a token opens, now: for clients that were given theirs otherwise than in a cookie, and
    /// give it back. It may be this session's. Whoever has the token is its visitor, so nobody need be logged in here.
    ///
    /// - Returns: Whether it was this call that ended a session. A token that opens none is no error.
    /// - Throws: ``SessionError``: `storeUnavailable`; or `notOffered` by backends whose sessions have no tokens.
    @discardableResult
    public func logOut(_ token: SessionToken) async throws -> Bool {
        try await self.alone {
            if let live = self.access({ $0.live }), live.token.matches(token) {
                return try await self.endCurrent(.loggedOut)
            }
            guard try await self.engine.driver.end(token, for: self.request, origin: self.eventOrigin) else { return false }
            self.report(.ended, .loggedOut, token.id)
            return true
        }
    }

    /// Ends all sessions of the user but this one, now: offer it after a change of the password or of another factor
    /// (ASVS 5.0, 7.4.3). Without a login nothing happens.
    ///
    /// This session goes on under a new secret, so that a copy of its cookie opens nothing either: requests that are
    /// under way with the old one are a stranger's. Give a program that came with a bearer token its new
    /// ``bearerToken``.
    ///
    /// - Throws: ``SessionError``: `responseStarted`, `storeUnavailable`, `contention`, `ended` when another request
    ///   was ending this session, or `notOffered` when the backend or its store cannot do it.
    public func logOutOthers() async throws {
        try await self.beforeResponse("logOutOthers()") {
            guard let live = self.access({ $0.live }), let subject = live.record.subject else { return }
            guard let kept = try await self.engine.driver.endOthers(than: live, of: subject) else {
                self.detach(live.record.id)
                throw SessionError.ended(live.record.id)
            }
            self.withState { state in
                state.standing = .live(kept)
                state.pendingCookieAction = .set
            }
            self.report(.ended, .others, subject: subject)
            // What is sealed has a new text already.
            guard !self.engine.driver.isInText else { return }
            try await self.renew(kept) { _ in }
            self.reportRenewal(.renewed, .explicit, of: kept.record)
        }
    }

    /// Ends all sessions of the user, this one among them, now. Without a login it ends this one, as
    /// ``logOut(because:)`` does.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` when the backend or its store cannot do it; this
    ///   session is then still there.
    public func logOutEverywhere() async throws {
        try await self.alone {
            let live = self.access { $0.live }
            if let live, let subject = live.record.subject {
                try await self.engine.driver.endAll(of: subject, endingLast: live)
                self.report(.ended, .allOfSubject, subject: subject)
            }
            try await self.endCurrent(.loggedOut)
        }
    }
}

extension Session {
    /// Whether the backend knows which sessions a user has.
    package var listsOthers: Bool { self.engine.driver.listsSessions }

    /// Whether the backend can end all sessions of a user but this one.
    package var endsOthers: Bool { self.engine.driver.endsOthers }
}

extension SessionRecord {
    /// The most bytes of a label.
    package static var labelLimit: Int { 128 }
}
