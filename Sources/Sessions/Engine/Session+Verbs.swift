//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Runs a verb when no other runs, and remembers a failure of the store, which the end of the request need not
    /// wait for a second time.
    func alone<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await self.gate.whenFree {
            do {
                let result = try await body()
                self.withState { $0.storeFailure = nil }
                return result
            } catch let error as SessionError where error.code == .storeUnavailable {
                self.withState { $0.storeFailure = error }
                self.report(.storeFailed, .verb, error: error)
                throw error
            }
        }
    }

    /// Runs a verb that needs a header of the response, alone.
    func beforeResponse(_ verb: String, _ body: () async throws -> Void) async throws {
        try await self.alone {
            let hasResponseStarted = self.access { $0.hasResponseStarted }
            guard !hasResponseStarted else { throw SessionError.responseStarted(verb) }
            try await body()
        }
    }

    /// Runs a verb that changes what is kept of the session, alone. Where that is in the visitor's text, it needs a
    /// header of the response.
    func whileKeepable(_ verb: String, _ body: () async throws -> Void) async throws {
        guard self.engine.keeper.isInText else { return try await self.alone(body) }
        try await self.beforeResponse(verb) {
            try await body()
            self.withState { state in
                if state.live != nil { state.cookieDuty = .set }
            }
        }
    }

    /// Ends the session that the request stands on, in the store first.
    ///
    /// - Parameter reason: Why, for whoever listens.
    /// - Returns: Whether it was this call that ended it.
    @discardableResult
    func endCurrent(_ reason: SessionEvent.Reason) async throws -> Bool {
        guard let live = self.access({ $0.live }) else {
            self.withState { $0.discardChanges() }
            return false
        }
        let id = live.record.id
        let wasLive = try await self.engine.keeper.end(live)
        // Whoever ended it before has told the client, perhaps with a fresh login, which must be neither cleared nor
        // covered by an anonymous session.
        guard wasLive else {
            self.detach(id)
            return false
        }
        self.withState { state in
            state.discardChanges()
            state.standing = .visitor
            state.cookieDuty = state.hasResponseStarted ? .none : .clear
            // Of one that began in this request the client has heard nothing yet.
            if !live.isNew || state.ended == nil {
                state.ended = .init(transport: state.transport, cookieOverrides: live.record.cookieOverrides)
            }
            state.hasLoggedOut = state.hasLoggedOut || live.record.subject != nil
        }
        self.report(.ended, reason, id, subject: live.record.subject)
        return true
    }

    /// - Throws: The reason, when the request stands on a session that is gone.
    func requireAttached() throws {
        if case .detached(let detachment) = self.withState({ $0.standing }) { throw detachment.error }
    }
}
