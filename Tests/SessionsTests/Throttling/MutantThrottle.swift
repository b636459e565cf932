//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

@testable import Sessions

/// What an application asks of a login throttle.
protocol LoginThrottling: Sendable {
    func begin(_ subject: String, in session: Session) async throws -> LoginAttempt
    func begin(_ subject: String, from address: String?) async throws -> LoginAttempt
    func succeed(_ attempt: LoginAttempt) async throws
    func admit(_ subject: String, in session: Session) async throws
    func forget(subject: String) async throws
}

extension LoginThrottle: LoginThrottling {}

/// A login throttle with a mistake.
struct MutantThrottle: LoginThrottling {
    enum Mistake: CaseIterable {
        /// Each server counts for itself.
        case forgetsElsewhere
        /// Attempts on many users from one network are not counted.
        case ignoresNetworks
        /// Attempts on one user from many networks are not counted.
        case ignoresUsers
        /// Attempts are not forgotten.
        case neverForgets
        /// The user waits for an attacker elsewhere, wherever the user has logged in before.
        case locksUserOut
        /// Refused attempts prolong the wait.
        case countsRefusals
        /// A login of an attacker's own account clears what its network has tried.
        case clearsNetwork
    }

    /// The mistake of all throttles that a test makes; nil for none.
    @TaskLocal static var mistake: Mistake?

    private let base: LoginThrottle
    private let mistake: Mistake
    private let subjects: NamedRecords
    private let networks: NamedRecords

    /// A throttle of a server, with the mistake of the test.
    static func make(
        in store: any SessionStore,
        devices: KnownDevices?,
        _ configuration: SessionConfiguration
    ) throws -> any LoginThrottling {
        guard let mistake = Self.mistake else {
            return try LoginThrottle(in: store, devices: devices, configuration: configuration)
        }
        return try MutantThrottle(mistake, in: store, devices: devices, configuration)
    }

    private init(
        _ mistake: Mistake,
        in store: any SessionStore,
        devices: KnownDevices?,
        _ configuration: SessionConfiguration
    ) throws {
        let store = mistake == .forgetsElsewhere ? MemorySessionStore() : store
        var (subject, network) = (LoginThrottle.Limit.subject, LoginThrottle.Limit.network)
        switch mistake {
        case .ignoresNetworks: network.freeAttempts = 1_000_000
        case .ignoresUsers: subject.freeAttempts = 1_000_000
        case .neverForgets: (subject.recovery, network.recovery) = (.days(30), .days(30))
        case .forgetsElsewhere, .locksUserOut, .countsRefusals, .clearsNetwork: break
        }
        self.mistake = mistake
        self.base = try LoginThrottle(
            in: store, subjectLimit: subject, networkLimit: network, devices: devices, configuration: configuration)
        self.subjects = NamedRecords("login attempts", in: store, configuration: configuration)
        self.networks = NamedRecords("login networks", in: store, configuration: configuration)
    }

    func begin(_ subject: String, in session: Session) async throws -> LoginAttempt {
        if self.mistake == .locksUserOut { return try await self.base.begin(subject, from: nil) }
        return try await self.counting(subject) { try await self.base.begin(subject, in: session) }
    }

    func begin(_ subject: String, from address: String?) async throws -> LoginAttempt {
        try await self.counting(subject) { try await self.base.begin(subject, from: address) }
    }

    private func counting(_ subject: String, _ begin: () async throws -> LoginAttempt) async throws -> LoginAttempt {
        do {
            return try await begin()
        } catch let error as SessionError where error.code == .tooManyAttempts {
            guard self.mistake == .countsRefusals else { throw error }
            try await self.subjects.update(subject) { values, now in
                var attempts: SubjectAttempts = values?.state() ?? SubjectAttempts()
                attempts.count(at: nil, .subject, now: now)
                return (NamedRecords.State(try SessionValues(state: attempts), until: now + .days(1)), ())
            }
            throw error
        }
    }

    func succeed(_ attempt: LoginAttempt) async throws {
        try await self.base.succeed(attempt)
        guard self.mistake == .clearsNetwork, let network = attempt.network else { return }
        try await self.networks.update(network) { _, now in
            (NamedRecords.State(try SessionValues(state: AttemptCounter()), until: now + .days(1)), ())
        }
    }

    func admit(_ subject: String, in session: Session) async throws { try await self.base.admit(subject, in: session) }

    func forget(subject: String) async throws { try await self.base.forget(subject: subject) }
}
