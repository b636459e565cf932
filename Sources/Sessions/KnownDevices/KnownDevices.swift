//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Recognizes the devices of users, and reports signs that someone else uses a session.
///
/// A login sets a signed cookie of its own, which only tells that the browser was here before: nothing of the device is
/// measured. The store keeps at most twenty hashes for each user, with the first and last use, the browser family, and
/// a hash of the network. Nothing is stored for anonymous visitors.
///
/// ```swift
/// try await session.logIn("ada")
/// try await devices.recognize(session)
/// ```
///
/// ``check(_:)``, in a guard before the routes of users, compares each request with the login. There are three signs,
/// each with an event and a ``TheftPolicy``: ``SessionEvent/Kind/newDevice``, ``SessionEvent/Kind/clientChanged``, and
/// ``SessionEvent/Kind/placeChanged``. <doc:Known-devices> describes them.
public final class KnownDevices: Sendable {
    let options: Options
    private let records: NamedRecords
    private let signer: TokenSigner
    private let template: CookieTemplate

    /// The lifetime of the cookie and of the stored devices after the last login: 400 days, as browsers allow.
    static let lifetime = Duration.days(400)

    /// Creates known devices.
    ///
    /// - Parameters:
    ///   - store: The store, which may be that of the sessions.
    ///   - keyring: The keys that sign the cookies. A cookie of another key is one of an unknown device.
    ///   - options: The options. The default is ``Options/init()``.
    ///   - configuration: The options of the engine: the clock, the random source, the deadlines, and the name of the
    ///     application. The default is ``SessionConfiguration/init()``.
    /// - Throws: ``SessionError`` with the code `configuration`.
    public init(
        in store: any SessionStore,
        signedWith keyring: SecretKeyring,
        options: Options = Options(),
        configuration: SessionConfiguration = SessionConfiguration()
    ) throws {
        try configuration.check()
        let problems = options.problems(configuration)
        guard problems.isEmpty else { throw SessionError.configuration(problems) }
        self.options = options
        self.records = NamedRecords("known devices", in: store, configuration: configuration)
        self.signer = try TokenSigner(keyring, context: "devices \(configuration.applicationName)")
        self.template = CookieTemplate(options.cookie)
    }

    private var configuration: SessionConfiguration { self.records.configuration }

    /// Recognizes the device of a user who has just logged in: it is noted, and the response sets its cookie. Call it
    /// in the request of the login, after it. Otherwise it does nothing, and neither does it for a client that receives
    /// its token outside a cookie.
    ///
    /// - Parameter session: The session of the login.
    /// - Returns: Whether the device is new to the user. The first device of a user is not new, nor is one whose user
    ///   has used this browser family in this network: its cookies were cleared.
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, `ended`, `responseStarted`, or `valuesTooLarge`;
    ///   and `notAuthenticated` if the policy ``Options/onNewDevice`` has ended the session.
    @discardableResult
    public func recognize(_ session: Session) async throws -> Bool {
        var isNew = false
        try await session.requiringOpenResponse("recognize(_:)") {
            guard let subject = session.loginByCookie else { return }
            let token = self.token(in: session) ?? SessionToken(random: self.configuration.random)
            let login = try await self.note(token, session, of: subject)
            let cookie = DeviceCookie(template: self.template, value: try self.signer.sign(token, for: self.cookieName))
            session.withState { $0.setDeviceCookie(cookie) }
            try await self.store(login, in: session)
            guard login.isNew else { return }
            isNew = true
            session.report(.newDevice, nil, session.id, subject: subject)
            try await self.apply(self.options.onNewDevice, to: session)
        }
        return isNew
    }

    private func note(_ token: SessionToken, _ session: Session, of subject: String) async throws -> DeviceList.Login {
        let client = SessionClient(of: session.request)
        return try await self.records.update(subject) { values, now in
            var list: DeviceList = values?.state() ?? DeviceList()
            let login = list.note(
                DeviceList.Device(
                    identifier: self.identifier(of: token, subject),
                    firstUse: now.millisecondsSince1970,
                    lastUse: now.millisecondsSince1970,
                    client: UserAgentName(client.userAgent ?? "").family,
                    name: client.name,
                    network: client.address.map { self.networkKey($0, of: subject) }
                ),
                now: now
            )
            return (NamedRecords.State(try SessionValues(state: list), until: now + Self.lifetime), login)
        }
    }

    /// Stores what later requests are compared with. Another system's sessions have no place for it.
    private func store(_ login: DeviceList.Login, in session: Session) async throws {
        guard !session.engine.driver.hasExternalValues else { return }
        let sighting = await self.sighting(in: session)
        let now = self.configuration.clock.now
        var facts = DeviceFacts(firstUse: login.firstUse, client: sighting.client, place: sighting.place, now: now)
        if login.isNew, self.options.onNewDevice == .requireReauthentication { facts.suspect(now: now) }
        let stored = facts
        guard try await session.updateRecord({ $0.values = try stored.added(to: $0.values) }) else {
            return try session.requireAttached()
        }
    }

    /// What a request says of its client.
    func sighting(in session: Session) async -> DeviceFacts.Sighting {
        let client = SessionClient(of: session.request)
        var place: GeographicPlace?
        if let locate = self.options.locate, let address = client.address { place = await locate(address) }
        return DeviceFacts.Sighting(
            client: UserAgentName(client.userAgent ?? "").family,
            place: place,
            lastUse: session.lastAccessedAt ?? .distantPast
        )
    }

    /// The devices of a user, the most recently used first.
    ///
    /// - Throws: ``SessionError``: `invalidSubject`, or `storeUnavailable`.
    public func devices(of subject: String) async throws -> [KnownDevice] {
        try SessionError.check(subject: subject)
        let list: DeviceList? = try await self.records.values(of: subject)?.state()
        return (list?.devices ?? []).reversed().map { device in
            KnownDevice(
                firstUsedAt: SessionInstant(millisecondsSince1970: device.firstUse),
                lastUsedAt: SessionInstant(millisecondsSince1970: device.lastUse),
                clientName: device.name
            )
        }
    }

    /// Forgets all devices of a user, as when an account is deleted. The next login is that of a first device. Sessions
    /// continue, and keep what they know until they end.
    ///
    /// - Throws: ``SessionError``: `invalidSubject`, `storeUnavailable`, or `contention`.
    public func forget(subject: String) async throws {
        try await self.change(subject) { _ in DeviceList() }
    }

    /// Forgets the devices from which a user first logged in at an instant or later, such as that of a thief.
    ///
    /// - Parameters:
    ///   - subject: The user.
    ///   - instant: The instant.
    /// - Throws: ``SessionError``: `invalidSubject`, `storeUnavailable`, or `contention`.
    public func forget(subject: String, devicesSince instant: SessionInstant) async throws {
        try await self.change(subject) { list in
            var list = list
            list.remove(firstUsedSince: instant)
            return list
        }
    }

    private func change(_ subject: String, _ change: (DeviceList) -> DeviceList) async throws {
        try SessionError.check(subject: subject)
        try await self.records.update(subject) { values, now in
            guard let list: DeviceList = values?.state() else { return (nil, ()) }
            let next = change(list)
            let life = next.devices.isEmpty ? Duration.milliseconds(1) : Self.lifetime
            return (NamedRecords.State(try SessionValues(state: next), until: now + life), ())
        }
    }

    private var cookieName: String { self.options.cookie.name }

    /// The token of the device; nil if there is none, or one that these keys did not sign.
    private func token(in session: Session) -> SessionToken? {
        // Another host of the site may have planted a second cookie, unless the name has the prefix __Host-.
        self.options.cookie.values(in: session.request.headerFields).prefix(4).lazy
            .compactMap { self.signer.verify(Array($0.utf8), for: self.cookieName)?.token }.first
    }

    /// The hash of a device's cookie and a user, so that the store does not tell that two users share a device.
    private func identifier(of token: SessionToken, _ subject: String) -> String {
        let secret = token.secretHash.words.withUnsafeBytes { Base64URL.encode($0) }
        return "\(Revocation.id("swift-sessions device\u{0}\(secret)\u{0}", subject))"
    }

    /// The identifier of the device of a request for a user; nil if it has no valid cookie.
    func identifier(in session: Session, of subject: String) -> String? {
        self.token(in: session).map { self.identifier(of: $0, subject) }
    }

    private func networkKey(_ address: String, of subject: String) -> String {
        "\(Revocation.id("swift-sessions device network\u{0}\(LoginThrottle.networkName(of: address))\u{0}", subject))"
    }
}

extension KnownDevices: CustomStringConvertible, CustomReflectable {
    /// Nothing of the store and the keys.
    public var description: String { "KnownDevices(\(self.cookieName))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
