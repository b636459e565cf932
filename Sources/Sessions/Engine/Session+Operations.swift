//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Runs an operation while no other runs. It records a store failure, so that the end of the request does not wait
    /// for the store again.
    func serialized<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await self.operationLock.withLock {
            do {
                let result = try await body()
                self.withState { $0.storeFailure = nil }
                return result
            } catch let error as SessionError where error.code == .storeUnavailable {
                self.withState { $0.storeFailure = error }
                self.report(.storeFailed, .operation, error: error)
                throw error
            }
        }
    }

    /// Runs an operation that needs a response header, serialized.
    func requiringOpenResponse(_ operation: String, _ body: () async throws -> Void) async throws {
        try await self.serialized {
            let hasResponseStarted = self.withAccessedState { $0.hasResponseStarted }
            guard !hasResponseStarted else { throw SessionError.responseStarted(operation) }
            try await body()
        }
    }

    /// Runs an operation that changes stored data of the session, serialized. If the credential contains the session,
    /// it needs a response header.
    func requiringWritableSession(_ operation: String, _ body: () async throws -> Void) async throws {
        guard self.engine.driver.isSelfContained else { return try await self.serialized(body) }
        try await self.requiringOpenResponse(operation) {
            try await body()
            self.withState { state in
                if state.live != nil { state.pendingCookieAction = .set }
            }
        }
    }

    /// Ends the session of the request, in the store first.
    ///
    /// - Parameter reason: The reason, for events.
    /// - Returns: Whether this call ended it.
    @discardableResult
    func endCurrent(_ reason: SessionEvent.Reason) async throws -> Bool {
        let isReplaced = [.login, .regenerated].contains(reason)
        guard let live = self.withAccessedState({ $0.live }) else {
            // If the session could not be loaded, it must not be reported as ended.
            if !isReplaced, case .detached(.storeUnavailable(let error)) = self.withState({ $0.status }) {
                throw error
            }
            self.withState { $0.discardChanges() }
            return try await self.endSeveral(reason)
        }
        let (id, driver) = (live.record.id, self.engine.driver)
        let wasLive = try await isReplaced ? driver.endToReplace(live) : driver.end(live)
        // Another request that ended it has told the client, perhaps with a fresh login. Its cookie must be neither
        // cleared nor replaced by an anonymous one.
        guard wasLive else {
            self.detach(id)
            return false
        }
        self.withState { state in
            state.discardChanges()
            state.status = .visitor
            state.pendingCookieAction = state.hasResponseStarted ? .none : .clear
            // The client does not know of a session that began in this request.
            if !live.isNew || state.ended == nil {
                state.ended = .init(transport: state.transport, cookieOverrides: live.record.cookieOverrides)
            }
            if let subject = live.record.subject { state.noteUserChange(from: subject) }
        }
        self.report(.ended, reason, id, subject: live.record.subject, acting: live.record.impersonation)
        if let impersonation = live.record.impersonation { try await self.endActor(impersonation, reason) }
        return true
    }

    /// Ends the administrator's session with the one in which the administrator acts: the client has no other way to
    /// it.
    private func endActor(_ impersonation: Impersonation, _ reason: SessionEvent.Reason) async throws {
        let (id, actor) = (impersonation.actorSessionID, impersonation.actor)
        guard try await self.engine.driver.end(id, of: actor) != nil else { return }
        self.report(.ended, reason, id, subject: actor)
    }

    /// Ends the sessions of a request that carried tokens of several. Another host of the site may have planted one,
    /// which would make the next request ambiguous again.
    ///
    /// - Returns: Whether this call ended one.
    private func endSeveral(_ reason: SessionEvent.Reason) async throws -> Bool {
        var hasEnded = false
        for live in self.withState({ $0.several }) where try await self.engine.driver.end(live) {
            hasEnded = true
            self.report(
                .ended, reason, live.record.id, subject: live.record.subject, acting: live.record.impersonation)
        }
        self.withState { $0.several = [] }
        return hasEnded
    }

    /// - Throws: The reason, when the session of the request is gone.
    func requireAttached() throws {
        if case .detached(let detachment) = self.withState({ $0.status }) { throw detachment.error }
    }
}
