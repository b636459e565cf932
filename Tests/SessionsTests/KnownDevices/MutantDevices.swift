//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Synchronization

@testable import Sessions

/// What an application asks of known devices.
protocol DeviceRecognizing: Sendable {
    @discardableResult func recognize(_ session: Session) async throws -> Bool
    func check(_ session: Session) async throws
    func devices(of subject: String) async throws -> [KnownDevice]
    func received(_ response: HTTPFields) -> HTTPFields
}

extension KnownDevices: DeviceRecognizing {
    func received(_ response: HTTPFields) -> HTTPFields { response }
}

/// Known devices with a mistake.
final class MutantDevices: DeviceRecognizing {
    enum Mistake: CaseIterable {
        /// A visitor gets the cookie of a device before a login.
        case setsCookieBeforeLogin
        /// What is stored has the cookie itself, and no hash.
        case storesCookie
        /// All devices of a user are kept.
        case keepsAllDevices
        /// A sign is reported for every request that shows it.
        case repeatsSigns
        /// Something is stored for visitors who are not logged in.
        case storesAnonymousVisitors
        /// A cookie is accepted with any signature.
        case skipsSignature
        /// A change of the browser family is no sign.
        case ignoresClients
        /// The policies do nothing but report.
        case ignoresPolicies
    }

    /// The mistake of all known devices that a test makes; nil for none.
    @TaskLocal static var mistake: Mistake?

    private let base: KnownDevices
    private let mistake: Mistake
    private let visitors: NamedRecords
    private let configuration: SessionConfiguration
    private let logins = Mutex<[KnownDevice]>([])

    /// Known devices, with the mistake of the test.
    static func make(
        in store: any SessionStore,
        signedWith keyring: SecretKeyring,
        _ options: KnownDevices.Options,
        _ configuration: SessionConfiguration
    ) throws -> any DeviceRecognizing {
        guard let mistake = Self.mistake else {
            return try KnownDevices(in: store, signedWith: keyring, options: options, configuration: configuration)
        }
        return try MutantDevices(mistake, in: store, signedWith: keyring, options, configuration)
    }

    private init(
        _ mistake: Mistake,
        in store: any SessionStore,
        signedWith keyring: SecretKeyring,
        _ options: KnownDevices.Options,
        _ configuration: SessionConfiguration
    ) throws {
        var options = options
        if mistake == .ignoresPolicies {
            (options.onNewDevice, options.onClientChange, options.onPlaceChange) = (.report, .report, .report)
        }
        self.mistake = mistake
        self.configuration = configuration
        self.base = try KnownDevices(
            in: store, signedWith: keyring, options: options, configuration: configuration)
        self.visitors = NamedRecords("known devices", in: store, configuration: configuration)
    }

    func recognize(_ session: Session) async throws -> Bool {
        if self.mistake == .skipsSignature,
            !self.base.options.cookie.values(in: session.request.headerFields).isEmpty
        {
            return false
        }
        let isNew = try await self.base.recognize(session)
        if self.mistake == .storesCookie, let cookie = session.withState({ $0.userChange?.deviceCookie?.value }) {
            let value = try ValueCoding.encode(cookie)
            _ = try await session.updateRecord {
                $0.values = try $0.values.applying(.replacement(value), of: "device")
            }
        }
        if session.loginByCookie != nil {
            let now = self.configuration.clock.now
            let device = KnownDevice(firstUsedAt: now, lastUsedAt: now, clientName: nil)
            self.logins.withLock { $0.append(device) }
        }
        return isNew
    }

    /// The response as the browser gets it.
    func received(_ response: HTTPFields) -> HTTPFields {
        guard self.mistake == .setsCookieBeforeLogin else { return response }
        var response = response
        response.append(HTTPField(name: .setCookie, value: "__Host-device=1; Path=/; Secure; HttpOnly"))
        return response
    }

    func check(_ session: Session) async throws {
        if self.mistake == .storesAnonymousVisitors, !session.isAuthenticated {
            try await self.visitors.update(session.request.clientAddress ?? "") { _, now in
                (NamedRecords.State(SessionValues(), until: now + .days(1)), ())
            }
        }
        let facts = session.withState { $0.live?.record.values[DeviceFacts.valueName] }
        if self.mistake == .ignoresClients {
            guard session.request.headerFields[.userAgent] == UserAgent.firefox.text else { return }
        }
        try await self.base.check(session)
        guard self.mistake == .repeatsSigns, let facts else { return }
        _ = try await session.updateRecord {
            $0.values = try $0.values.applying(.replacement(facts), of: DeviceFacts.valueName)
        }
    }

    func devices(of subject: String) async throws -> [KnownDevice] {
        guard self.mistake == .keepsAllDevices else { return try await self.base.devices(of: subject) }
        return self.logins.withLock(\.self)
    }
}
