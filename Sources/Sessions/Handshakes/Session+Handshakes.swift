//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

extension Session {
    /// The most handshakes that wait in one session. Another one drops the oldest, and the log reports it.
    public static var maximumWaitingHandshakes: Int { 8 }

    /// Begins a handshake at once: what must be remembered until another request finishes it.
    ///
    /// The state goes where the answer brings it back: the `state` parameter of OAuth 2.0 (RFC 6749, 10.12), a field of
    /// a form, the challenge of WebAuthn. It has 256 random bits, and the session keeps only its hash. The flow is
    /// stored in the session, as a value whose name begins with `_handshake.`.
    ///
    /// Handshakes of parallel tabs do not affect each other. A handshake works before a login and survives it, whatever
    /// values the login carries, unless another user was logged in before. Without a session, one begins.
    ///
    /// Sealed sessions have no compare-and-set: of handshakes that begin in parallel responses, those of the last one
    /// remain.
    ///
    /// - Parameters:
    ///   - key: The kind of the handshake.
    ///   - flow: What ``finish(_:_:)`` returns, such as the verifier of PKCE and the page to return to.
    ///   - lifetime: How long it may take, at least 1 second. It also ends with the session.
    /// - Returns: The state, 43 characters of base64url.
    /// - Throws: ``SessionError``: `invalidLimit`, `notEncodable`, `valuesTooLarge`, `storeUnavailable`, `contention`,
    ///   `ended`, `anonymousSessionRefused`, `cookieWithheld` or `responseStarted` when a session would begin, and
    ///   `notOffered` by tokens alone and by sessions that are shared with another system.
    public func begin<Flow>(_ key: HandshakeKey<Flow>, _ flow: Flow, for lifetime: Duration) async throws -> String {
        try self.requireHandshakes()
        guard lifetime >= .seconds(1) else { throw SessionError.invalidHandshakeLifetime(lifetime) }
        let configuration = self.engine.configuration
        let now = configuration.clock.now
        let state = HandshakeState(random: configuration.random)
        let handshake = try WaitingHandshake(kind: key.name, begunAt: now, expiresAt: now + lifetime, flow: flow)
            .encoded(as: key)
        var dropped: [String] = []
        try await self.requiringWritableSession("begin(_:_:for:)") {
            try self.requireAttached()
            let add: (inout SessionRecord) -> Void = { record in
                (record.values, dropped) = record.values.adding(
                    handshake, named: state.valueName, limit: Self.maximumWaitingHandshakes, now: now)
            }
            guard self.withAccessedState({ $0.live }) != nil else {
                if self.withState({ $0.hasResponseStarted }) { throw SessionError.responseStarted("begin(_:_:for:)") }
                if self.isCookieWithheld { throw SessionError.cookieWithheld }
                return _ = try await self.write(.begin(isAnonymous: true), add)
            }
            guard try await self.updateRecord(add) else { return try self.requireAttached() }
        }
        for kind in dropped {
            self.logger.info(
                "A handshake was dropped, because newer ones of its session wait",
                metadata: [
                    "session.id": "\(self.id.map(\.description) ?? "")",
                    "session.handshake": "\(UntrustedText.escaped(kind))",
                    "session.maximum": "\(Self.maximumWaitingHandshakes)",
                ]
            )
        }
        return state.text
    }

    /// Finishes a handshake at once, and returns the flow that it began with. Of any number of requests that finish one
    /// handshake, exactly one gets the flow.
    ///
    /// None of the request's other changes are stored by it. A flow that no longer decodes is logged and left.
    ///
    /// Sealed sessions keep the handshake in the cookie, so the list of revocations also has the used states:
    /// with a revocation in memory a handshake finishes once on this server, with a revocation in a store once on every
    /// server that knows of it (``SessionRevocation``), and without a revocation once for each copy of the cookie.
    ///
    /// - Parameters:
    ///   - key: The kind of the handshake.
    ///   - state: The state, which the client sent.
    /// - Returns: Nil if no such handshake waits in this session: it is another visitor's or of another kind, it is
    ///   finished or too old, or newer ones took its place.
    /// - Throws: ``SessionError``: `storeUnavailable` and `contention`, after which the handshake may be finished or
    ///   wait; of a sealed session `responseStarted`; and `notOffered` by tokens alone and by sessions that are shared
    ///   with another system.
    public func finish<Flow>(_ key: HandshakeKey<Flow>, _ state: String) async throws -> Flow? {
        try self.requireHandshakes()
        guard let state = HandshakeState(state) else { return nil }
        var flow: Flow?
        try await self.requiringWritableSession("finish(_:_:)") {
            if case .detached(.storeUnavailable(let error)) = self.withAccessedState({ $0.status }) { throw error }
            guard let waiting = try await self.waiting(state, key) else { return }
            guard try await self.engine.driver.useOnce(state.id, of: waiting.record, until: waiting.end) else { return }
            flow = try await self.take(state, key)
        }
        return flow
    }

    /// Reads the handshake that waits for a state; nil if there is none.
    private func waiting<Flow>(
        _ state: HandshakeState,
        _ key: HandshakeKey<Flow>
    ) async throws -> (record: SessionRecord, end: SessionInstant)? {
        guard var live = self.withState({ $0.live }) else { return nil }
        if live.record.values[state.valueName] == nil {
            // Another request may have begun it since this one read the session.
            guard let newest = try await self.engine.driver.reload(live) else { return nil }
            live.record = newest
            self.withState { $0.didWrite(newest, []) }
        }
        guard let found = self.decode(live.record.values[state.valueName], key) else { return nil }
        return (live.record, SessionInstant(millisecondsSince1970: found.expiresAt))
    }

    private func take<Flow>(_ state: HandshakeState, _ key: HandshakeKey<Flow>) async throws -> Flow? {
        var flow: Flow?
        do {
            let isWritten = try await self.updateRecord { record in
                guard let found = self.decode(record.values[state.valueName], key) else { throw NoHandshake() }
                flow = found.flow
                record.values = try record.values.applying(.replacement(nil), of: state.valueName)
            }
            return isWritten ? flow : nil
        } catch is NoHandshake {
            // Another request has finished it.
            return nil
        }
    }

    /// The handshake in a value, if it is of this kind, and not too old.
    private func decode<Flow>(_ value: SessionValue?, _ key: HandshakeKey<Flow>) -> WaitingHandshake<Flow>? {
        let now = self.engine.environment.configuration.clock.now
        guard let value, let facts: WaitingHandshakeFacts = try? ValueCoding.decodeJSON(value), facts.isOf(key),
            !facts.isOver(at: now)
        else { return nil }
        do {
            return try ValueCoding.decode(value)
        } catch {
            self.logger.warning(
                "The flow of a handshake does not decode as its key's type",
                metadata: ["session.handshake": "\(UntrustedText.escaped(key.name))", "session.type": "\(Flow.self)"]
            )
            return nil
        }
    }

    /// - Throws: ``SessionError`` with the code `notOffered`.
    private func requireHandshakes() throws(SessionError) {
        let driver = self.engine.driver
        if driver.hasExternalValues { throw SessionError.externalHandshakes }
        if driver.isSelfContained, !driver.isSealed { throw SessionError.tokenOnly }
    }

    /// The waiting handshakes of a session that a login replaces, as the store has them now: their requests do not wait
    /// for the password check of another one.
    func waitingHandshakes(of live: SessionState.LoadedSession?) async throws -> SessionValues {
        guard let live, !self.engine.driver.hasExternalValues else { return SessionValues() }
        return try await self.engine.driver.reload(live)?.values ?? SessionValues()
    }
}

/// A handshake was finished in the meantime, so nothing is written.
private struct NoHandshake: Error {}

extension WaitingHandshake {
    fileprivate func encoded(as key: HandshakeKey<Flow>) throws(SessionError) -> SessionValue {
        do {
            return try ValueCoding.encode(self)
        } catch {
            throw SessionError.notEncodable(key.name, underlying: error)
        }
    }
}
