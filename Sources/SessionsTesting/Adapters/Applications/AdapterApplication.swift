//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions
import Synchronization

/// The engine and the users of the application that an ``ApplicationUnderTest`` serves.
public struct AdapterApplication: Sendable {
    static let origin = "https://example.com"

    /// The engine for the middleware.
    public let engine: SessionEngine
    /// The known devices for the guard that checks them.
    public let devices: KnownDevices
    let clock = ManualClock()
    let store: FaultySessionStore
    let users = Users()
    private let usesBearerTokens: Bool
    private let recognizesDevices: Bool

    /// - Parameters:
    ///   - listsSessions: Whether the store lists the sessions of a user. One that does has no faults.
    ///   - usesBearerTokens: Whether sessions are carried by bearer tokens and not by cookies.
    ///   - recognizesDevices: Whether a login recognizes the device of its user.
    ///   - configure: Changes the configuration.
    init(
        listsSessions: Bool = false,
        usesBearerTokens: Bool = false,
        recognizesDevices: Bool = false,
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = SessionConfiguration.forTests()
        configuration.clock = self.clock.sessionClock
        configuration.trustedProxies = .count(1)
        configure(&configuration)
        let base = MemorySessionStore()
        self.store = FaultySessionStore(base, needsDeadline: false)
        self.usesBearerTokens = usesBearerTokens
        self.recognizesDevices = recognizesDevices
        var options = KnownDevices.Options()
        options.onClientChange = .requireReauthentication
        self.devices = try KnownDevices(
            in: base, signedWith: .ephemeral(), options: options, configuration: configuration)
        self.engine = try SessionEngine(
            .stored(in: listsSessions ? base : self.store),
            configuration: configuration,
            transports: usesBearerTokens ? [BearerTransport()] : nil
        )
    }

    /// Finds a user, as the middleware that loads users does.
    ///
    /// - Parameter subject: The subject that is logged in.
    /// - Returns: The name. Nil if there is no such user.
    /// - Throws: An unexpected error while users cannot be found.
    public func findUser(_ subject: String) async throws -> String? {
        try self.users.find(subject)
    }

    /// Decides who may administer sessions, as the guard of the page of all sessions does.
    ///
    /// - Parameter subject: The subject that is logged in.
    public func isAdministrator(_ subject: String) -> Bool { subject == "grace" }

    /// Logs a user in.
    ///
    /// - Parameters:
    ///   - subject: The subject.
    ///   - session: The session of the request.
    /// - Returns: The body of the response.
    public func logIn(_ subject: String, to session: Session) async throws -> String {
        if self.usesBearerTokens { try session.useTransport(.bearer) }
        try await session.logIn(subject, methods: [.password])
        if self.recognizesDevices { try await self.devices.recognize(session) }
        return session.bearerToken ?? ""
    }

    /// The users of the application.
    final class Users: Sendable {
        struct Outage: Error {}

        private let names = Mutex(["ada": "Ada Lovelace", "alan": "Alan Turing", "grace": "Grace Hopper"])
        private let isUnavailable = Mutex(false)

        func find(_ subject: String) throws -> String? {
            if self.isUnavailable.withLock({ $0 }) { throw Outage() }
            return self.names.withLock { $0[subject] }
        }

        func remove(_ subject: String) { self.names.withLock { $0[subject] = nil } }
        func setUnavailable(_ isUnavailable: Bool) { self.isUnavailable.withLock { $0 = isUnavailable } }
    }
}
