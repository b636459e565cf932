//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Goes on only if somebody is logged in. Guards of routes are made of this.
    ///
    /// - Returns: The identifier of the user.
    /// - Throws: ``SessionError``: `notAuthenticated` when nobody is logged in, or `storeUnavailable` when that cannot
    ///   be known, where such requests go on as anonymous.
    @discardableResult
    public func requireAuthenticated() throws(SessionError) -> String {
        try self.login.subject
    }

    /// Goes on only if the user has proven who they are a short while ago, by
    /// ``logIn(_:carrying:remember:deviceLabel:credentialVersion:methods:level:)`` or
    /// ``reauthenticate(credentialVersion:methods:level:)``: for what is sensitive (ASVS 5.0, 7.5.1 and 7.5.3).
    ///
    /// - Parameter age: How long ago at the most.
    /// - Returns: The identifier of the user.
    /// - Throws: ``SessionError``: `notAuthenticated` when nobody is logged in, `authenticationTooOld` when the user
    ///   must authenticate anew, or `storeUnavailable` when that cannot be known, where such requests go on as
    ///   anonymous.
    @discardableResult
    public func requireAuthentication(within age: Duration) throws(SessionError) -> String {
        let login = try self.login
        let passed = max(.zero, self.engine.configuration.clock.now - login.authenticatedAt)
        guard passed <= age else {
            throw .authenticationTooOld(passed, limit: age, challenges: self.challenges(.tooOld(maxAge: age)))
        }
        return login.subject
    }

    /// Goes on only if the user has reached a level of authentication, by a login or by
    /// ``reauthenticate(credentialVersion:methods:level:)``: for what one factor does not do (RFC 9470, ASVS 5.0,
    /// 7.5.3).
    ///
    /// - Parameters:
    ///   - level: The level; a higher rank does as well.
    ///   - age: How long ago at the most it was reached. The default is nil: in this session.
    /// - Returns: The identifier of the user.
    /// - Throws: ``SessionError``: `invalidAuthentication` for a level that none can reach, `notAuthenticated` when
    ///   nobody is logged in, `authenticationTooWeak`, `authenticationTooOld`, or `storeUnavailable`, as
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
        let passed = max(.zero, self.engine.configuration.clock.now - last)
        if let age, passed > age {
            throw .authenticationTooOld(passed, limit: age, challenges: self.challenges(challenge))
        }
        return login.subject
    }

    private var login: (subject: String, authenticatedAt: Instant, proofs: [AuthenticationProof]) {
        get throws(SessionError) {
            let standing = self.access { $0.standing }
            // Whoever cannot be asked for is not to be told that they are logged out.
            if case .detached(.storeUnavailable(let error)) = standing { throw error }
            guard
                case .live(let live) = standing,
                let subject = live.record.subject,
                let authenticatedAt = live.record.authenticatedAt
            else { throw .notAuthenticated(challenges: self.challenges()) }
            return (subject, authenticatedAt, live.record.authenticationProofs)
        }
    }
}
