//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Versions of credentials. A change of a user's credentials ends the sessions that began with the former ones.
///
/// The application counts the changes of a user's password or other credential, in the same row as the password, and
/// passes the version that it has checked to each login.
extension Session {
    /// Records that the user has new credentials, at once. Call it after a password change, with the new version.
    ///
    /// This session continues with a new secret, as after ``reauthenticate(credentialVersion:methods:level:)``. All
    /// others that began with an older version, or without one, end (ASVS 5.0, 7.4.3). So does a login in progress that
    /// has checked the former password, as ``SessionEngine/revokeAll(of:credentialsBefore:)`` describes.
    ///
    /// ```swift
    /// let version = try await accounts.changePassword(of: user, to: password)
    /// try await session.changeCredentials(to: version)
    /// ```
    ///
    /// - Parameters:
    ///   - version: The version of the new credentials, 1 to 2^53.
    ///   - methods: The methods by which the user has just authenticated. The default is none.
    ///   - level: The level that this authentication reaches. The default is nil: none is recorded.
    /// - Throws: ``SessionError``: `invalidAuthentication`, `notAuthenticated`, `storeUnavailable`, `contention`,
    ///   `ended`, `responseStarted`, or `notOffered` when the backend or its store does not support it. When it throws,
    ///   some sessions may continue: call it again.
    public func changeCredentials(
        to version: Int,
        methods: [AuthenticationMethod] = [],
        level: AuthenticationLevel? = nil
    ) async throws {
        let facts = try AuthenticationFacts(credentialVersion: version, methods: methods, level: level)
        try await self.requiringOpenResponse("changeCredentials(to:)") {
            try self.refuseWhileActing("changeCredentials(to:)")
            let (live, subject) = try self.loggedIn(for: facts)
            try await self.check(credentialVersion: facts.credentialVersion, of: subject)
            let impersonations = await self.engine.driver.impersonations(of: subject)
            let isLive = try await self.engine.driver.changeCredentials(
                of: live, for: self.request, self.authenticating(by: facts), onRenewed: self.continueWith)
            self.report(endsOf: impersonations, .credentialsChanged)
            self.report(.ended, .credentialsChanged, subject: subject)
            guard isLive else {
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

    /// Repeats a check of the login after its session began. A change of credentials first stores the required version
    /// and then looks for older sessions. So either it finds the session that has just begun, or this check finds the
    /// version.
    ///
    /// - Throws: After the session has ended.
    func recheck(credentialVersion version: Int64, of subject: String) async throws {
        do {
            try await self.check(credentialVersion: version, of: subject)
        } catch {
            do {
                try await self.endCurrent(.credentialsChanged)
            } catch {
                // The client does not receive the token.
                if let id = self.withState({ $0.live?.record.id }) { self.detach(id) }
            }
            throw error
        }
    }
}

extension SessionEngine {
    /// Ends all sessions of a user that began with older credentials, or without a version, at once, and rejects logins
    /// with an older version. Call it after a password was changed or reset outside a session (ASVS 5.0, 7.4.3).
    ///
    /// A login in progress that has checked the former password is rejected with the code
    /// ``SessionError/Code-swift.struct/credentialsChanged``, or its session ends before it returns, on any server.
    /// Sessions with this version or a newer one continue.
    ///
    /// Stored sessions have ended everywhere when this returns. Sealed sessions have ended on this server, and end on
    /// others as soon as ``SessionRevocation`` promises. The version is kept beside the sessions, for as long as the
    /// longest of them can live.
    ///
    /// ```swift
    /// let version = try await accounts.resetPassword(of: user)
    /// try await engine.revokeAll(of: user, credentialsBefore: version)
    /// ```
    ///
    /// - Parameters:
    ///   - subject: The identifier that the user logs in with.
    ///   - version: The oldest valid version, 1 to 2^53. If an earlier call gave a newer one, this changes nothing.
    /// - Throws: ``SessionError``: `invalidSubject`, `invalidAuthentication`, `storeUnavailable`, or `notOffered` when
    ///   the backend or its store does not support it. When it throws, some sessions may continue: call it again.
    public func revokeAll(of subject: String, credentialsBefore version: Int) async throws {
        try SessionError.check(subject: subject)
        try AuthenticationFacts.check(version)
        try await self.reportingStoreFailures {
            let impersonations = await self.driver.impersonations(of: subject)
            try await self.driver.requireCredentials(of: subject, version: Int64(version), except: nil)
            self.configuration.report(endsOf: impersonations, .credentialsChanged)
            self.configuration.report(.ended, .credentialsChanged, subject: subject)
        }
    }
}
