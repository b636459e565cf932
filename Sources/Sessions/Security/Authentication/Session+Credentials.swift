//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Credentials have versions, so that a change of them ends what was begun with the former ones.
///
/// The application counts the changes of a user's password, or of whatever else the user logs in with, in the same row
/// as the password, and says with each login which version it has checked.
extension Session {
    /// Notes that the user has new credentials, now: call it when a password was changed, with the version that it has
    /// now.
    ///
    /// This session goes on under a new secret, as after
    /// ``reauthenticate(credentialVersion:methods:level:)``. All others that were begun with an older version, or
    /// without one, end (ASVS 5.0, 7.4.3), and so does a login that checked the former password and is not through yet:
    /// ``SessionEngine/revokeAll(of:credentialsBefore:)`` says how.
    ///
    /// ```swift
    /// let version = try await accounts.changePassword(of: user, to: password)
    /// try await session.changeCredentials(to: version)
    /// ```
    ///
    /// - Parameters:
    ///   - version: The version of the new credentials, 1 to 2^53.
    ///   - methods: How the user has just proven who they are. The default is none.
    ///   - level: The level that this reaches. The default is nil: none is noted.
    /// - Throws: ``SessionError``: `invalidAuthentication`, `notAuthenticated`, `storeUnavailable`, `contention`,
    ///   `ended`, `responseStarted`, or `notOffered` when the backend or its store cannot do it. When it throws, some
    ///   sessions may go on: call it again.
    public func changeCredentials(
        to version: Int,
        methods: [AuthenticationMethod] = [],
        level: AuthenticationLevel? = nil
    ) async throws {
        let facts = try AuthenticationFacts(credentialVersion: version, methods: methods, level: level)
        try await self.beforeResponse("changeCredentials(to:)") {
            let (live, subject) = try self.loggedIn(for: facts)
            try await self.check(credentialVersion: facts.credentialVersion, of: subject)
            let goesOn = try await self.engine.driver.changeCredentials(
                of: live, for: self.request, self.authenticating(by: facts), goOn: self.goOn)
            self.report(.ended, .credentialsChanged, subject: subject)
            guard goesOn else {
                self.detach(live.record.id)
                throw SessionError.ended(live.record.id)
            }
            self.reportRenewal(.reauthenticated, of: live.record)
        }
    }

    /// - Throws: ``SessionError`` with the code `credentialsChanged` when a newer version is required.
    func check(credentialVersion version: Int64, of subject: String) async throws {
        let required = try await self.engine.driver.requiredCredentialVersion(of: subject)
        guard version >= required else { throw SessionError.credentialsChanged(version, required: required) }
    }

    /// Checks once more what a login has checked before its session began. Whoever requires a newer version does so
    /// before it looks for older sessions: either it finds the one that has just begun, or it is seen here.
    ///
    /// - Throws: After the session has ended.
    func recheck(credentialVersion version: Int64, of subject: String) async throws {
        do {
            try await self.check(credentialVersion: version, of: subject)
        } catch {
            do {
                try await self.endCurrent(.credentialsChanged)
            } catch {
                // No one is given its token.
                if let id = self.withState({ $0.live?.record.id }) { self.detach(id) }
            }
            throw error
        }
    }
}

extension SessionEngine {
    /// Ends all sessions of a user that were begun with older credentials, or without a version, now, and refuses
    /// logins that say an older version: after a password was changed or reset outside a session (ASVS 5.0, 7.4.3).
    ///
    /// A login that has checked the former password, and is still under way, is refused with the code
    /// ``SessionError/Code-swift.struct/credentialsChanged`` or its session ends before it returns, whichever server it
    /// is on. Sessions with the version itself, or a newer one, go on.
    ///
    /// Stored sessions have ended everywhere when this returns. Sealed ones have ended on this server, and on others as
    /// soon as ``SessionRevocation`` promises. The version is kept beside the sessions, for as long as the longest of
    /// them can live.
    ///
    /// ```swift
    /// let version = try await accounts.resetPassword(of: user)
    /// try await engine.revokeAll(of: user, credentialsBefore: version)
    /// ```
    ///
    /// - Parameters:
    ///   - subject: The identifier that the user logs in with.
    ///   - version: The oldest version that is good, 1 to 2^53. An older one than an earlier call gave changes nothing.
    /// - Throws: ``SessionError``: `invalidSubject`, `invalidAuthentication`, `storeUnavailable`, or `notOffered` when
    ///   the backend or its store cannot do it. When it throws, some sessions may go on: call it again.
    public func revokeAll(of subject: String, credentialsBefore version: Int) async throws {
        try SessionError.check(subject: subject)
        try AuthenticationFacts.check(version)
        try await self.outside {
            try await self.driver.requireCredentials(of: subject, version: Int64(version), except: nil)
            self.configuration.report(.ended, .credentialsChanged, subject: subject)
        }
    }
}
