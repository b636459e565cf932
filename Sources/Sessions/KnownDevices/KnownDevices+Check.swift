//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension KnownDevices {
    /// Compares a request with the login of its session, and applies the policies. Call it in a guard, before the
    /// routes of users who are logged in; the adapters have the guard `CheckKnownDevices`.
    ///
    /// It reads nothing but the session. It writes when the client or the place has changed, so each change is reported
    /// once, however many requests come at once; in a sealed session, once by each of them. Sessions whose login was
    /// not recognized pass.
    ///
    /// - Parameter session: The session of the request.
    /// - Throws: ``SessionError``: `authenticationTooOld` when the user must authenticate again, `notAuthenticated`
    ///   when the session was ended; `storeUnavailable`, `contention`, or `ended`.
    public func check(_ session: Session) async throws {
        guard let facts = session.deviceFacts else { return }
        guard !facts.isSuspected(authenticatedAt: session.authenticatedAt) else { throw session.mustReauthenticate }
        let (sighting, now) = (await self.sighting(in: session), session.engine.environment.configuration.clock.now)
        var seen = facts
        _ = seen.note(sighting, self.options, now: now)
        guard seen != facts else { return }
        try await session.requiringWritableSession("check(_:)") {
            var signals: [DeviceFacts.Signal] = []
            let isWritten = try await session.updateRecord { record in
                // Another request may have noted the same.
                guard var newest = DeviceFacts(in: record.values) else { return }
                signals = newest.note(sighting, self.options, now: now)
                if signals.map(self.policy(of:)).max(by: { $0.choice < $1.choice }) == .requireReauthentication {
                    newest.suspect(now: max(now, record.authenticatedAt ?? now))
                }
                record.values = try newest.added(to: record.values)
            }
            guard isWritten else { return try session.requireAttached() }
            for signal in signals {
                session.report(
                    signal == .client ? .clientChanged : .placeChanged, nil, session.id, subject: session.subject)
            }
            guard let policy = signals.map(self.policy(of:)).max(by: { $0.choice < $1.choice }) else { return }
            try await self.apply(policy, to: session)
            if policy == .requireReauthentication { throw session.mustReauthenticate }
        }
    }

    private func policy(of signal: DeviceFacts.Signal) -> TheftPolicy {
        signal == .client ? self.options.onClientChange : self.options.onPlaceChange
    }

    /// - Throws: ``SessionError`` with the code `notAuthenticated` after the session has ended.
    func apply(_ policy: TheftPolicy, to session: Session) async throws {
        guard policy == .end else { return }
        try await session.endCurrent(.theftSuspected)
        throw SessionError.notAuthenticated(challenges: session.challenges())
    }
}

extension Session {
    /// What the session knows of its client; nil if its login was not recognized.
    fileprivate var deviceFacts: DeviceFacts? {
        self.withAccessedState { state in
            guard state.live?.record.isAuthenticated == true else { return nil }
            return state.live.flatMap { DeviceFacts(in: $0.record.values) }
        }
    }

    /// The user, if this request has logged them in and delivers the token in a cookie.
    var loginByCookie: String? {
        self.withAccessedState { state in
            guard state.userChange != nil, state.live?.isNew == true else { return nil }
            guard self.engine.transports[state.transport].kind == .cookie else { return nil }
            return state.live?.record.subject
        }
    }

    fileprivate var mustReauthenticate: SessionError {
        let age = (self.authenticatedAt.map { self.engine.environment.configuration.clock.now - $0 }) ?? .zero
        return .authenticationTooOld(max(.zero, age), limit: .zero, challenges: self.challenges(.tooOld(maxAge: .zero)))
    }
}

/// The cookie of a device that a response sets.
struct DeviceCookie: Sendable {
    let template: CookieTemplate
    let value: String
}

extension SessionState {
    /// The response of a login sets the cookie of its device.
    mutating func setDeviceCookie(_ cookie: DeviceCookie) {
        self.userChange = self.userChange.map { UserChange(former: $0.former, deviceCookie: cookie) }
    }
}
