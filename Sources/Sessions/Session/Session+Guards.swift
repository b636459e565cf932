//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Requires a logged-in user. Use it in route guards.
    ///
    /// - Returns: The identifier of the user.
    /// - Throws: ``SessionError``: `notAuthenticated` when no one is logged in, or `storeUnavailable` when that is
    ///   unknown because the request continues without its session.
    @discardableResult
    public func requireAuthenticated() throws(SessionError) -> String {
        try self.login.subject
    }

    /// Requires a recent authentication, by ``logIn(_:carrying:remember:deviceLabel:credentialVersion:methods:level:)``
    /// or ``reauthenticate(credentialVersion:methods:level:)``. Use it for sensitive operations (ASVS 5.0, 7.5.1 and
    /// 7.5.3).
    ///
    /// - Parameter age: The maximum age of the authentication.
    /// - Returns: The identifier of the user.
    /// - Throws: ``SessionError``: `notAuthenticated` when no one is logged in, `authenticationTooOld` when the user
    ///   must authenticate again, or `storeUnavailable` when that is unknown because the request continues without its
    ///   session.
    @discardableResult
    public func requireAuthentication(within age: Duration) throws(SessionError) -> String {
        let login = try self.login
        let passed = max(.zero, self.engine.environment.configuration.clock.now - login.authenticatedAt)
        guard passed <= age else {
            throw .authenticationTooOld(passed, limit: age, challenges: self.challenges(.tooOld(maxAge: age)))
        }
        return login.subject
    }

    /// Requires a level of authentication, reached by a login or by
    /// ``reauthenticate(credentialVersion:methods:level:)``. Use it for operations that need more than one factor (RFC
    /// 9470, ASVS 5.0, 7.5.3).
    ///
    /// - Parameters:
    ///   - level: The level. A higher rank is accepted too.
    ///   - age: The maximum time since the level was reached. The default is nil: any time in this session.
    /// - Returns: The identifier of the user.
    /// - Throws: ``SessionError``: `invalidAuthentication` for a level that cannot be reached, `notAuthenticated` when
    ///   no one is logged in, `authenticationTooWeak`, `authenticationTooOld`, or `storeUnavailable`, as
    ///   ``requireAuthentication(within:)`` does.
    @discardableResult
    public func requireAuthentication(
        level: AuthenticationLevel,
        within age: Duration? = nil
    ) throws(SessionError) -> String {
        try level.check()
        let login = try self.login
        let challenge = SessionChallenge.tooWeak(level, maxAge: age)
        guard let last = login.proofs.filter({ $0.level.rank >= level.rank }).map(\.time).max() else {
            throw .authenticationTooWeak(
                login.proofs.last?.level, required: level, challenges: self.challenges(challenge))
        }
        let passed = max(.zero, self.engine.environment.configuration.clock.now - last)
        if let age, passed > age {
            throw .authenticationTooOld(passed, limit: age, challenges: self.challenges(challenge))
        }
        return login.subject
    }

    private var login: (subject: String, authenticatedAt: SessionInstant, proofs: [AuthenticationProof]) {
        get throws(SessionError) {
            let status = self.withAccessedState { $0.status }
            // If the store cannot be read, do not report the user as logged out.
            if case .detached(.storeUnavailable(let error)) = status { throw error }
            guard
                case .live(let live) = status,
                let subject = live.record.subject,
                let authenticatedAt = live.record.authenticatedAt
            else { throw .notAuthenticated(challenges: self.challenges()) }
            return (subject, authenticatedAt, live.record.authenticationProofs)
        }
    }
}
