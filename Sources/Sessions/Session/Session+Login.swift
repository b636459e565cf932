//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// The values of the session before a login that the new session keeps.
    public struct CarriedValues: Sendable, Equatable {
        enum Choice: Sendable, Equatable {
            case all
            case none
            case only(Set<ByteString>)
        }

        let choice: Choice

        /// All of them. This is the default.
        public static let all = CarriedValues(choice: .all)

        /// None of them. Handshakes that wait (``Session/begin(_:_:for:)``) move along even so.
        public static let none = CarriedValues(choice: .none)

        /// The values with these names, compared byte by byte, in all their versions.
        public static func only(_ names: String...) -> CarriedValues {
            CarriedValues(choice: .only(Set(names.map { ByteString($0) })))
        }

        func apply(to values: SessionValues) -> SessionValues {
            switch self.choice {
            case .all: values
            case .none: SessionValues()
            case .only(let names):
                SessionValues(
                    values.lazy.filter { name, _ in
                        names.contains(ByteString(name)) || names.contains(ByteString(ValueVersion.baseName(of: name)))
                    })
            }
        }
    }

    /// Logs a user in at once. The session ends and a new one begins with another id and another secret (ASVS 5.0,
    /// 7.2.4), so that no one who knew the old token is logged in with it.
    ///
    /// The session stores the time and the client's address and user agent, for the list of
    /// ``activeSessions(from:limit:)``.
    ///
    /// - Parameters:
    ///   - subject: The identifier of the user, 1 to 1,024 bytes. It is compared byte by byte, so always spell it the
    ///     same way.
    ///   - carrying: Which values the new session keeps. The default is all. Values of a session in which another user
    ///     was logged in are never kept.
    ///   - remember: Whether the visitor is remembered after the browser closes. The default is false.
    ///   - deviceLabel: The visitor's name for the device, for lists. A longer name is truncated to 128 bytes. The
    ///     default is nil.
    ///   - credentialVersion: The version of the password or other credential that was checked, 1 to 2^53. The session
    ///     ends when that version does (``changeCredentials(to:methods:level:)``). The default is nil: the session ends
    ///     with the next change.
    ///   - methods: The methods by which the user authenticated (``authenticationMethods``), at most 16. The default is
    ///     none.
    ///   - level: The level that this authentication reaches (``authenticationLevel``). The default is nil: none.
    /// - Throws: ``SessionError``: `invalidSubject`, `invalidAuthentication`, `credentialsChanged` when the version is
    ///   older than the required one, `sessionLimit`, `storeUnavailable`, `valuesTooLarge`, `notEncodable`,
    ///   `responseStarted`, or `notOffered` by backends that do not keep versions, methods or levels. If the new
    ///   session cannot be stored, the old one has ended anyway.
    public func logIn(
        _ subject: String,
        carrying: CarriedValues = .all,
        remember: Bool = false,
        deviceLabel: String? = nil,
        credentialVersion: Int? = nil,
        methods: [AuthenticationMethod] = [],
        level: AuthenticationLevel? = nil
    ) async throws {
        let facts = try AuthenticationFacts(credentialVersion: credentialVersion, methods: methods, level: level)
        try await self.begin(subject, carrying, remember: remember, deviceLabel: deviceLabel, facts) { $0 }
    }

    /// Logs a user in at once and sets a value in the same write: a display name, roles, or anything `Codable`.
    ///
    /// ```swift
    /// extension SessionKey<Profile?> {
    ///     static var profile: Self { .init("profile") }
    /// }
    ///
    /// try await session.logIn("ada", setting: .profile, to: Profile(name: "Ada Lovelace"))
    /// session[.profile]?.name  // "Ada Lovelace", in every request until the session ends
    /// ```
    ///
    /// It is an ordinary value: it ends with the session, and it is sealed if values are encrypted at rest.
    ///
    /// - Parameters:
    ///   - subject: The identifier of the user, 1 to 1,024 bytes. It is compared byte by byte, so always spell it the
    ///     same way.
    ///   - key: The key to set.
    ///   - value: The value, which replaces a carried one.
    ///   - carrying: Which values the new session keeps. The default is all. Values of a session in which another user
    ///     was logged in are never kept.
    ///   - remember: Whether the visitor is remembered after the browser closes. The default is false.
    ///   - deviceLabel: The visitor's name for the device, for lists. A longer name is truncated to 128 bytes. The
    ///     default is nil.
    ///   - credentialVersion: The version of the credential that was checked, 1 to 2^53. The default is nil.
    ///   - methods: The methods by which the user authenticated. The default is none.
    ///   - level: The level that this authentication reaches. The default is nil: none.
    /// - Throws: ``SessionError``, as ``logIn(_:carrying:remember:deviceLabel:credentialVersion:methods:level:)`` does.
    ///   If the value cannot be encoded, no session has ended.
    public func logIn<Value>(
        _ subject: String,
        setting key: SessionKey<Value>,
        to value: Value,
        carrying: CarriedValues = .all,
        remember: Bool = false,
        deviceLabel: String? = nil,
        credentialVersion: Int? = nil,
        methods: [AuthenticationMethod] = [],
        level: AuthenticationLevel? = nil
    ) async throws {
        let facts = try AuthenticationFacts(credentialVersion: credentialVersion, methods: methods, level: level)
        let changes = key.replacement(try key.encode(value))
        try await self.begin(subject, carrying, remember: remember, deviceLabel: deviceLabel, facts) {
            try changes.apply(to: $0)
        }
    }

    private func begin(
        _ subject: String,
        _ carrying: CarriedValues,
        remember: Bool,
        deviceLabel: String?,
        _ facts: AuthenticationFacts,
        _ fill: (SessionValues) throws -> SessionValues
    ) async throws {
        try SessionError.check(subject: subject)
        try await self.requiringOpenResponse("logIn(_:)") {
            if let failure = self.withState({ $0.failure }) { throw failure }
            let (before, values) = self.withState { ($0.live?.record, $0.values) }
            let isSomebodyElse = before.map { $0.subject != nil && !$0.belongs(to: subject) } ?? false
            let (configuration, driver) = (self.engine.configuration, self.engine.driver)
            guard facts.isEmpty || !driver.hasExternalValues else { throw SessionError.externalFacts }
            let handshakes = try await self.waitingHandshakes(of: isSomebodyElse ? nil : self.withState { $0.live })
            let carried = try fill(
                isSomebodyElse ? SessionValues() : carrying.apply(to: values).replacingHandshakes(by: handshakes))
            try configuration.checkSize(of: carried)
            let version = facts.credentialVersion
            if version > 0 { try await self.check(credentialVersion: version, of: subject) }
            let epochs = try await driver.revocationEpochs(of: subject)
            let limitDecision = try await self.limitDecision(for: subject, replacing: before?.id)
            try await self.endCurrent(.login)
            try await self.evictSessions(limitDecision, for: subject)
            let client = configuration.client(of: self.request)
            try await self.write(.begin(isAnonymous: false)) { record in
                record.values = carried
                // Data that another system keeps beside the values is carried only when all values are.
                if carrying == .all, !isSomebodyElse, let content = before?.external?.content {
                    record.external?.content = content
                }
                record.subject = subject
                (record.subjectEpoch, record.globalEpoch) = (epochs.subject, epochs.global)
                record.credentialVersion = epochs.credentialVersion
                record.authenticatedAt = record.createdAt
                record.note(facts, now: record.createdAt)
                record.firstClient = client
                record.deviceLabel = deviceLabel?.truncated(toBytes: SessionRecord.labelLimit)
                record.setRemembered(remember || record.isRemembered, configuration, now: record.createdAt)
                if configuration.deviceBinding.options != nil {
                    record.deviceBinding = DeviceBinding(random: configuration.random, now: record.createdAt)
                }
            }
            if version > 0 { try await self.recheck(credentialVersion: version, of: subject) }
            self.withState { $0.noteUserChange(from: nil) }
            self.report(.loggedIn, nil, self.withState { $0.live?.record.id }, subject: subject)
            try await self.enforceLimit(limitDecision, for: subject)
        }
    }

    /// Records a new authentication of the logged-in user at once. Call it after checking the password or another
    /// factor again, before a sensitive operation.
    ///
    /// The session continues with a new secret, and the old token stops working at once (ASVS 5.0, 7.2.4).
    /// ``authenticatedAt`` becomes the current time, and both limits restart (NIST SP 800-63B-4, 5.2). The values stay.
    /// Unsaved changes of other requests that opened the session before are dropped.
    ///
    /// - Parameters:
    ///   - credentialVersion: The version of the credential that was checked, 1 to 2^53. The default is nil: the
    ///     version stays.
    ///   - methods: The methods by which the user authenticated, in addition to the earlier ones. The default is none.
    ///   - level: The level that this authentication reaches, in addition to the earlier ones. The default is nil:
    ///     none.
    /// - Throws: ``SessionError``: `notAuthenticated` when no one is logged in, `invalidAuthentication`,
    ///   `credentialsChanged` when the version is older than the required one, `storeUnavailable`, `contention`,
    ///   `ended`, `responseStarted`, or `notOffered` by backends that do not keep versions, methods or levels.
    public func reauthenticate(
        credentialVersion: Int? = nil,
        methods: [AuthenticationMethod] = [],
        level: AuthenticationLevel? = nil
    ) async throws {
        let facts = try AuthenticationFacts(credentialVersion: credentialVersion, methods: methods, level: level)
        try await self.requiringOpenResponse("reauthenticate()") {
            try self.refuseWhileActing("reauthenticate()")
            let (live, subject) = try self.loggedIn(for: facts)
            if facts.credentialVersion > 0 {
                try await self.check(credentialVersion: facts.credentialVersion, of: subject)
            }
            try await self.renew(live, self.authenticating(by: facts))
            self.reportRenewal(.reauthenticated, of: live.record)
        }
    }

    /// The session of the user who authenticates again.
    func loggedIn(for facts: AuthenticationFacts) throws -> (live: SessionState.LoadedSession, subject: String) {
        try self.requireAttached()
        guard let live = self.withAccessedState({ $0.live }), let subject = live.record.subject else {
            throw SessionError.notAuthenticated(challenges: self.challenges())
        }
        guard facts.isEmpty || !self.engine.driver.hasExternalValues else { throw SessionError.externalFacts }
        return (live, subject)
    }

    /// The change of a record for an authentication now.
    func authenticating(by facts: AuthenticationFacts) -> (inout SessionRecord) -> Void {
        let configuration = self.engine.configuration
        let now = configuration.clock.now
        return { record in
            record.authenticateAnew(configuration, now: now)
            record.note(facts, now: now)
        }
    }
    /// Logs out at once: the session ends, with all its values.
    ///
    /// - Parameter reason: The reason, for events (``SessionEvent/reason``). The default is
    ///   ``SessionEvent/Reason/loggedOut``.
    /// - Throws: ``SessionError`` with the code `storeUnavailable`; the session may then still exist.
    public func logOut(because reason: SessionEvent.Reason = .loggedOut) async throws {
        try await self.serialized { _ = try await self.endCurrent(reason) }
    }
}
