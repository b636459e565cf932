//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// This session as lists show it; nil if no one is logged in.
    public var activeSession: ActiveSession? {
        self.withAccessedState { $0.live.flatMap { ActiveSession($0.record, isCurrent: true) } }
    }

    /// Returns a page of the logged-in user's active sessions on every device: this one first, then by last use. The
    /// page is empty if no one is logged in.
    ///
    /// Sessions are identified by their ids. Nothing in the list opens a session.
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
        guard let live = self.withAccessedState({ $0.live }), let subject = live.record.subject else { return .empty }
        let page = try await self.engine.driver.page(of: subject, from: cursor, limit: min(max(1, limit), 1_000))
        return ActiveSessionList(page, current: live.record, isFirst: cursor == nil)
    }

    /// Returns an active session of the logged-in user by its id, which may be this one. It takes one read, however
    /// many sessions the user has.
    ///
    /// - Parameter id: The id, which may come from the client.
    /// - Returns: Nil if the id belongs to no session or to another user's, or if no one is logged in.
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` by backends that have no lists.
    public func activeSession(withID id: SessionID) async throws -> ActiveSession? {
        guard let live = self.withAccessedState({ $0.live }), let subject = live.record.subject else { return nil }
        let record = try await self.engine.driver.record(id, of: subject)
        return record.flatMap { ActiveSession($0, isCurrent: $0.id == live.record.id) }
    }

    /// Stores the visitor's name for this device at once: "The laptop in the kitchen". Nil removes the name. Without a
    /// session it does nothing.
    ///
    /// - Parameter label: The name. A longer name is truncated to 128 bytes. It is the visitor's input: escape it
    ///   wherever you show it.
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended`, and in a sealed session `valuesTooLarge`
    ///   or `responseStarted`.
    public func setDeviceLabel(_ label: String?) async throws {
        let label = label?.truncated(toBytes: SessionRecord.labelLimit)
        try await self.requiringWritableSession("setDeviceLabel(_:)") {
            try self.requireAttached()
            guard self.withAccessedState({ $0.live }) != nil else { return }
            guard try await self.updateRecord({ $0.deviceLabel = label }) else { return try self.requireAttached() }
        }
    }

    /// Ends one of the user's sessions by its id at once, on any device. It may be this one.
    ///
    /// The id may come from the client: another user's session is treated like one that does not exist.
    ///
    /// - Returns: Whether this call ended a session of the user.
    /// - Throws: ``SessionError``: `storeUnavailable`; or `notOffered` by sealed sessions, for any session but this
    ///   one.
    @discardableResult
    public func logOut(_ id: SessionID) async throws -> Bool {
        try await self.serialized {
            guard let record = self.withAccessedState({ $0.live?.record }), let subject = record.subject else {
                return false
            }
            guard id != record.id else { return try await self.endCurrent(.loggedOut) }
            guard let users = try await self.engine.driver.end(id, of: subject) else { return false }
            self.report(.ended, .loggedOut, id, subject: users.subject, acting: users.impersonation)
            return true
        }
    }

    /// Ends the session that a token opens at once, which may be this one. It is for clients that received the token
    /// outside a cookie and send it back. The token is sufficient proof, so no one needs to be logged in here.
    ///
    /// - Returns: Whether this call ended a session. A token that opens no session is not an error.
    /// - Throws: ``SessionError``: `storeUnavailable`; or `notOffered` by backends whose sessions have no tokens.
    @discardableResult
    public func logOut(_ token: SessionToken) async throws -> Bool {
        try await self.serialized {
            if let live = self.withAccessedState({ $0.live }), live.token.matches(token) {
                return try await self.endCurrent(.loggedOut)
            }
            guard let users = try await self.engine.driver.end(token, for: self.request, origin: self.eventOrigin)
            else { return false }
            self.report(.ended, .loggedOut, token.id, subject: users.subject, acting: users.impersonation)
            return true
        }
    }

    /// Ends all of the user's sessions except this one at once. Offer it after a change of the password or of another
    /// factor (ASVS 5.0, 7.4.3). Without a login it does nothing.
    ///
    /// This session continues with a new secret, so that a copy of its cookie no longer works either. Requests in
    /// progress with the old secret become anonymous. Send a program that uses a bearer token its new ``bearerToken``.
    ///
    /// - Throws: ``SessionError``: `responseStarted`, `storeUnavailable`, `contention`, `ended` when another request
    ///   was ending this session, or `notOffered` when the backend or its store does not support it.
    public func logOutOthers() async throws {
        try await self.requiringOpenResponse("logOutOthers()") {
            try self.refuseWhileActing("logOutOthers()")
            guard let live = self.withAccessedState({ $0.live }), let subject = live.record.subject else { return }
            let impersonations = await self.engine.driver.impersonations(of: subject)
            guard let kept = try await self.engine.driver.endOthers(than: live, of: subject) else {
                self.detach(live.record.id)
                throw SessionError.ended(live.record.id)
            }
            self.withState { state in
                state.status = .live(kept)
                state.pendingCookieAction = .set
            }
            self.report(endsOf: impersonations, .others)
            self.report(.ended, .others, subject: subject)
            // A sealed session already has a new credential.
            guard !self.engine.driver.isSelfContained else { return }
            try await self.renew(kept) { _ in }
            self.reportRenewal(.renewed, .explicit, of: kept.record)
        }
    }

    /// Ends all of the user's sessions at once, including this one. Without a login it ends this one, as
    /// ``logOut(because:)`` does.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, or `notOffered` when the backend or its store does not support
    ///   it. This session then still exists.
    public func logOutEverywhere() async throws {
        try await self.serialized {
            try self.refuseWhileActing("logOutEverywhere()")
            let live = self.withAccessedState { $0.live }
            if let live, let subject = live.record.subject {
                let impersonations = await self.engine.driver.impersonations(of: subject)
                try await self.engine.driver.endAll(of: subject, endingLast: live)
                self.report(endsOf: impersonations, .allOfSubject)
                self.report(.ended, .allOfSubject, subject: subject)
            }
            try await self.endCurrent(.loggedOut)
        }
    }
}

extension Session {
    /// Whether the backend can list a user's sessions.
    package var supportsListing: Bool { self.engine.driver.supportsListing }

    /// Whether the backend can end all of a user's sessions except this one.
    package var supportsRevokingOthers: Bool { self.engine.driver.supportsRevokingOthers }
}

extension SessionEngine {
    /// Whether the backend can list a user's sessions.
    package var supportsListing: Bool { self.driver.supportsListing }
}

extension SessionRecord {
    /// The maximum size of a label, in bytes.
    package static var labelLimit: Int { 128 }
}
