//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Runs an operation when no other runs, and remembers a failure of the store, which the end of the request need
    /// not wait for a second time.
    func alone<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await self.gate.whenFree {
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

    /// Runs an operation that needs a header of the response, alone.
    func beforeResponse(_ operation: String, _ body: () async throws -> Void) async throws {
        try await self.alone {
            let hasResponseStarted = self.access { $0.hasResponseStarted }
            guard !hasResponseStarted else { throw SessionError.responseStarted(operation) }
            try await body()
        }
    }

    /// Runs an operation that changes what is kept of the session, alone. Where that is in the visitor's text, it needs
    /// a header of the response.
    func whileKeepable(_ operation: String, _ body: () async throws -> Void) async throws {
        guard self.engine.driver.isInText else { return try await self.alone(body) }
        try await self.beforeResponse(operation) {
            try await body()
            self.withState { state in
                if state.live != nil { state.pendingCookieAction = .set }
            }
        }
    }

    /// Ends the session that the request stands on, in the store first.
    ///
    /// - Parameter reason: Why, for whoever listens.
    /// - Returns: Whether it was this call that ended it.
    @discardableResult
    func endCurrent(_ reason: SessionEvent.Reason) async throws -> Bool {
        let isReplaced = [.login, .regenerated].contains(reason)
        guard let live = self.access({ $0.live }) else {
            // Of a session that could not be asked for no one can say that it has ended.
            if !isReplaced, case .detached(.storeUnavailable(let error)) = self.withState({ $0.standing }) {
                throw error
            }
            self.withState { $0.discardChanges() }
            return try await self.endSeveral(reason)
        }
        let (id, driver) = (live.record.id, self.engine.driver)
        let wasLive = try await isReplaced ? driver.endToReplace(live) : driver.end(live)
        // Whoever ended it before has told the client, perhaps with a fresh login, which must be neither cleared nor
        // covered by an anonymous session.
        guard wasLive else {
            self.detach(id)
            return false
        }
        self.withState { state in
            state.discardChanges()
            state.standing = .visitor
            state.pendingCookieAction = state.hasResponseStarted ? .none : .clear
            // Of one that began in this request the client has heard nothing yet.
            if !live.isNew || state.ended == nil {
                state.ended = .init(transport: state.transport, cookieOverrides: live.record.cookieOverrides)
            }
            if let subject = live.record.subject { state.noteUserChange(from: subject) }
        }
        self.report(.ended, reason, id, subject: live.record.subject)
        return true
    }

    /// Ends the sessions that the request carried tokens of, where there are several: one of them may have been planted
    /// by a neighbouring host, and would make the next request one of several sessions again.
    ///
    /// - Returns: Whether it was this call that ended one.
    private func endSeveral(_ reason: SessionEvent.Reason) async throws -> Bool {
        var hasEnded = false
        for live in self.withState({ $0.several }) where try await self.engine.driver.end(live) {
            hasEnded = true
            self.report(.ended, reason, live.record.id, subject: live.record.subject)
        }
        self.withState { $0.several = [] }
        return hasEnded
    }

    /// - Throws: The reason, when the request stands on a session that is gone.
    func requireAttached() throws {
        if case .detached(let detachment) = self.withState({ $0.standing }) { throw detachment.error }
    }
}
