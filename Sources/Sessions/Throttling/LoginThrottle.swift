//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Slows down those who guess passwords, by user and by network, without locking users out.
///
/// Ask it before a password is checked, and tell it of success:
///
/// ```swift
/// let attempt = try await throttle.begin("ada", in: session)
/// guard let user = try await accounts.user("ada", password: password) else { return .wrongPassword }
/// try await attempt.succeed()
/// try await session.logIn(user.id)
/// ```
///
/// An attempt counts from the moment it begins, so parallel attempts cannot slip through together, on any number of
/// servers. A refused one is not counted, so no one can prolong a wait.
///
/// A network from which a user has logged in, and a device that ``KnownDevices`` knows, have counters of their own. An
/// attacker elsewhere therefore delays only logins from places that the user has never used. <doc:Login-throttling> has
/// the policy.
///
/// An IPv4 address is a network of its own, and an IPv6 address belongs to its /64 network, as in ``RateLimiter``.
public final class LoginThrottle: Sendable {
    /// The limit for each user.
    public let subjectLimit: Limit
    /// The limit for each network.
    public let networkLimit: Limit
    /// How long a place from which a user has logged in stays known.
    public let placeLifetime: Duration
    private let subjects: NamedRecords
    private let networks: NamedRecords
    private let devices: KnownDevices?

    /// Creates a throttle.
    ///
    /// - Parameters:
    ///   - store: The store, which may be that of the sessions; all servers then count together. It has a record for
    ///     each user and for each network that tries, which expires when all attempts are forgotten. The default is
    ///     nil: the memory of this process, for at most 100,000 users and networks.
    ///   - subjectLimit: The limit for each user. The default is ``Limit/subject``.
    ///   - networkLimit: The limit for each network. The default is ``Limit/network``.
    ///   - placeLifetime: How long a network or device from which a user has logged in stays known, 1 to 400 days. The
    ///     default is 90 days.
    ///   - devices: The known devices. A login from one is never delayed by its network. The default is nil: only
    ///     networks are known.
    ///   - configuration: The options of the engine: the clock, the random source, the deadlines, and the observers,
    ///     which get an event for each refused attempt. The default is ``SessionConfiguration/init()``.
    /// - Throws: ``SessionError`` with the code `configuration`.
    public init(
        in store: (any SessionStore)? = nil,
        subjectLimit: Limit = .subject,
        networkLimit: Limit = .network,
        placeLifetime: Duration = .seconds(90 * 86_400),
        devices: KnownDevices? = nil,
        configuration: SessionConfiguration = SessionConfiguration()
    ) throws {
        try configuration.check()
        var problems = subjectLimit.problems("subjectLimit") + networkLimit.problems("networkLimit")
        if placeLifetime < .days(1) || placeLifetime > .days(400) {
            problems.append("placeLifetime is \(placeLifetime): give 1 to 400 days.")
        }
        guard problems.isEmpty else { throw SessionError.configuration(problems) }
        let store = store ?? MemorySessionStore(maximumCount: 100_000, maximumByteCount: 1 << 27)
        self.subjectLimit = subjectLimit
        self.networkLimit = networkLimit
        self.placeLifetime = placeLifetime
        self.devices = devices
        self.subjects = NamedRecords("login attempts", in: store, configuration: configuration)
        self.networks = NamedRecords("login networks", in: store, configuration: configuration)
    }

    /// Begins an attempt to log in, and counts it as failed until ``LoginAttempt/succeed()``.
    ///
    /// - Parameters:
    ///   - subject: The name that the client sent, of any length, whether or not it is a user's. If your accounts treat
    ///     spellings as equal, such as upper and lower case, give one spelling for all, or each has attempts of its
    ///     own.
    ///   - session: The session of the request, which knows the client.
    /// - Throws: ``SessionError``: `tooManyAttempts` with ``SessionError/retryAfter``, HTTP 429;
    ///   `storeUnavailable`, or `contention`. Do not check the password then.
    public func begin(_ subject: String, in session: Session) async throws -> LoginAttempt {
        let device = self.devices?.identifier(in: session, of: subject)
        return try await self.begin(
            subject, address: session.request.clientAddress, device: device, origin: session.eventOrigin)
    }

    /// Begins an attempt to log in of a client that has no session.
    ///
    /// - Parameters:
    ///   - subject: The name that the client sent.
    ///   - address: The address of the client, as trusted proxies report it. Clients without an address share a
    ///     network.
    /// - Throws: ``SessionError``, as ``begin(_:in:)`` does.
    public func begin(_ subject: String, from address: String?) async throws -> LoginAttempt {
        try await self.begin(subject, address: address, device: nil, origin: nil)
    }

    private func begin(
        _ subject: String,
        address: String?,
        device: String?,
        origin: EventOrigin?
    ) async throws -> LoginAttempt {
        let network = Self.networkName(of: address)
        let keys = [device, address == nil ? nil : self.placeKey(network, of: subject)].compactMap(\.self)
        let now = self.subjects.configuration.clock.now
        // Refused attempts write nothing, and they are nearly all of an attack.
        let known = Self.attempts(in: try await self.subjects.values(of: subject))
        let place = known.knownPlace(among: keys, since: now - self.placeLifetime)
        let isKnownDevice = device != nil && place == device
        let counter = isKnownDevice ? AttemptCounter() : Self.counter(in: try await self.networks.values(of: network))
        let waits = [
            known.wait(at: place, self.subjectLimit, now: now), counter.wait(self.networkLimit, now: now),
        ].compactMap(\.self)
        if let wait = waits.max() { throw self.refusal(of: subject, wait, origin) }
        if !isKnownDevice, let wait = try await self.count(network) { throw self.refusal(of: subject, wait, origin) }
        let counted = isKnownDevice ? nil : network
        switch try await self.count(subject, among: keys) {
        case .refused(let wait):
            if let counted { try await self.takeBack(counted) }
            throw self.refusal(of: subject, wait, origin)
        case .counted(let place, let failureCount):
            return LoginAttempt(
                subjectBytes: ByteString(subject), consecutiveFailures: failureCount, isFromKnownPlace: place != nil,
                throttle: self, place: place, keys: keys, network: counted)
        }
    }

    private enum Count {
        case counted(place: String?, failureCount: Int)
        case refused(Duration)
    }

    private func count(_ subject: String, among keys: [String]) async throws -> Count {
        try await self.subjects.update(subject) { values, now in
            var attempts = Self.attempts(in: values)
            let place = attempts.knownPlace(among: keys, since: now - self.placeLifetime)
            if let wait = attempts.wait(at: place, self.subjectLimit, now: now) { return (nil, .refused(wait)) }
            attempts.count(at: place, self.subjectLimit, now: now)
            return (try self.state(attempts), .counted(place: place, failureCount: attempts.failureCount))
        }
    }

    /// - Returns: The wait, if the attempt is refused.
    private func count(_ network: String) async throws -> Duration? {
        try await self.networks.update(network) { values, now in
            var counter = Self.counter(in: values)
            if let wait = counter.wait(self.networkLimit, now: now) { return (nil, wait) }
            counter.count(self.networkLimit, now: now)
            return (try self.state(counter), nil)
        }
    }

    private func takeBack(_ network: String) async throws {
        try await self.networks.update(network) { values, now in
            var counter = Self.counter(in: values)
            counter.takeBack(self.networkLimit, now: now)
            return (try self.state(counter), ())
        }
    }

    func succeed(_ attempt: LoginAttempt) async throws {
        try await self.subjects.update(attempt.subject) { values, now in
            var attempts = Self.attempts(in: values)
            attempts.succeed(at: attempt.place, remembering: attempt.keys, self.subjectLimit, now: now)
            return (try self.state(attempts), ())
        }
        // Only this attempt: a login of the attacker's own account must not clear what the network has tried.
        if let network = attempt.network { try await self.takeBack(network) }
    }

    /// Makes the client of a request a known place of a user who has proved who they are in another way, such as by a
    /// link in an e-mail. It is the way in for a user whose logins from new places an attacker keeps delaying.
    ///
    /// - Parameters:
    ///   - subject: The user.
    ///   - session: The session of the request.
    /// - Throws: ``SessionError``: `storeUnavailable`, or `contention`.
    public func admit(_ subject: String, in session: Session) async throws {
        let address = session.request.clientAddress
        let network = address.map { _ in self.placeKey(Self.networkName(of: address), of: subject) }
        let keys = [self.devices?.identifier(in: session, of: subject), network].compactMap(\.self)
        try await self.subjects.update(subject) { values, now in
            var attempts = Self.attempts(in: values)
            attempts.remember(keys, now: now)
            return (try self.state(attempts), ())
        }
    }

    /// Forgets all attempts and places of a user, as when an account is deleted.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, or `contention`.
    public func forget(subject: String) async throws {
        // A record that ends would leave a tombstone, and the next attempt could not be counted.
        try await self.subjects.update(subject) { values, now in
            guard values != nil else { return (nil, ()) }
            return (NamedRecords.State(SessionValues(), until: now + .milliseconds(1)), ())
        }
    }

    private func refusal(of subject: String, _ wait: Duration, _ origin: EventOrigin?) -> SessionError {
        self.subjects.configuration.report(
            .refused, .tooManyAttempts, subject: subject.truncated(toBytes: 1_024), from: origin)
        return .tooManyAttempts(wait)
    }

    private func state(_ attempts: SubjectAttempts) throws -> NamedRecords.State {
        NamedRecords.State(
            try SessionValues(state: attempts),
            until: max(
                attempts.end(self.subjectLimit, remembering: self.placeLifetime),
                self.subjects.configuration.clock.now + .seconds(1)))
    }

    private func state(_ counter: AttemptCounter) throws -> NamedRecords.State {
        NamedRecords.State(
            try SessionValues(state: counter),
            until: max(counter.end(self.networkLimit), self.networks.configuration.clock.now + .seconds(1)))
    }

    private static func attempts(in values: SessionValues?) -> SubjectAttempts { values?.state() ?? SubjectAttempts() }

    private static func counter(in values: SessionValues?) -> AttemptCounter { values?.state() ?? AttemptCounter() }

    /// The network of an address.
    static func networkName(of address: String?) -> String {
        address.flatMap { IPAddress($0) }?.networkName ?? "unknown"
    }

    /// A place is stored as a hash with its user, so that the store has no list of networks.
    private func placeKey(_ network: String, of subject: String) -> String {
        "\(Revocation.id("swift-sessions place\u{0}\(network)\u{0}", subject))"
    }
}

extension LoginThrottle: CustomStringConvertible, CustomReflectable {
    /// Nothing of the store, which may print a password.
    public var description: String { "LoginThrottle" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension IPAddress {
    /// The network that one customer has: the address of IPv4, and the first 64 bits of IPv6.
    var networkName: String {
        let bytes = self.isIPv4 ? self.bytes.suffix(4) : self.bytes.prefix(8)
        return (self.isIPv4 ? "4 " : "6 ") + Base64URL.encode(bytes)
    }
}
