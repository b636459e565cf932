//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import LogAudit
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// A server that recognizes devices, and its visitors.
struct DeviceHarness {
    let harness: EngineHarness
    let store = MemorySessionStore()
    let devices: KnownDevices
    /// The same, or with the mistake of the test.
    let recognizer: any DeviceRecognizing
    let events = EventRecorder()

    /// - Parameters:
    ///   - backend: The backend. The default keeps sessions in the store.
    ///   - options: Changes the options.
    init(
        _ backend: SessionBackend? = nil,
        keyring: SecretKeyring = .ephemeral(),
        options change: (inout KnownDevices.Options) -> Void = { _ in },
        configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws {
        let events = self.events
        let harness = try EngineHarness(backend ?? .stored(in: self.store)) {
            $0.observers = [events]
            configure(&$0)
        }
        var options = KnownDevices.Options()
        options.locate = { Self.place(of: $0) }
        change(&options)
        self.devices = try KnownDevices(
            in: self.store, signedWith: keyring, options: options, configuration: harness.engine.configuration)
        self.recognizer = try MutantDevices.make(
            in: self.store, signedWith: keyring, options, harness.engine.configuration)
        self.harness = harness
    }

    /// The places of the networks in the tests.
    static func place(of address: String) -> GeographicPlace? {
        let places: [(network: String, latitude: Double, longitude: Double)] = [
            ("192.0.2.", 52.52, 13.40),  // Berlin
            ("2001:db8:b:", 52.50, 13.45),  // Berlin
            ("198.51.100.", 49.45, 11.08),  // Nuremberg
            ("198.18.0.", 50.98, 11.03),  // Erfurt, between them
            ("203.0.113.", 40.71, -74.01),  // New York
            ("100.64.", 35.68, 139.69),  // Tokyo, where an unlisted VPN has a server
        ]
        return places.first { address.hasPrefix($0.network) }
            .map { GeographicPlace(latitude: $0.latitude, longitude: $0.longitude) }
    }

    func browser() -> TestBrowser { self.harness.browser() }

    func wait(_ duration: Duration) { self.harness.clock.advance(by: duration) }

    /// Logs in.
    func logIn(
        _ subject: String = "ada",
        _ browser: TestBrowser,
        _ client: SessionClient = .home,
        remember: Bool = true
    ) async throws {
        let response = try await self.harness.visit(browser, from: client) { session in
            try await session.logIn(subject, remember: remember)
            try await self.recognizer.recognize(session)
        }
        LogAudit.noteTokens(in: response)
    }

    /// Visits a page that a guard protects.
    func visit(_ browser: TestBrowser, _ client: SessionClient = .home) async throws {
        try await self.harness.visit(browser, from: client) { try await self.recognizer.check($0) }
    }

    /// A browser that has nothing but the session's cookie of another.
    func thief(of browser: TestBrowser) -> TestBrowser {
        let thief = self.browser()
        for cookie in browser.cookies where cookie.name == "__Host-session" { thief.plant(cookie) }
        return thief
    }

    /// The signs since this was last asked, in their order.
    func takeSigns() -> [String] {
        self.events.take().map(\.kind).filter { [.newDevice, .clientChanged, .placeChanged].contains($0) }
            .map(\.description)
    }
}

extension SessionClient {
    /// Firefox on Windows, at home in Berlin.
    static let home = SessionClient.at("192.0.2.1", .firefox)

    static func at(_ address: String, _ agent: UserAgent) -> SessionClient {
        SessionClient(address: address, userAgent: agent.text)
    }
}

/// What browsers send.
struct UserAgent {
    let text: String

    static let firefox = UserAgent(
        text: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0")
    static let nextFirefox = UserAgent(
        text: "Mozilla/5.0 (Windows NT 11.0; Win64; x64; rv:152.0) Gecko/20100101 Firefox/152.0")
    static let chrome = UserAgent(
        text:
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
    )
    static let iPad = UserAgent(
        text: "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
            + "Mobile/15E148 Safari/604.1")
    static let iPadForDesktops = UserAgent(
        text: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
            + "Safari/605.1.15")
    static let android = UserAgent(
        text: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile "
            + "Safari/537.36")
    static let androidForDesktops = UserAgent(
        text: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36")
    static let curl = UserAgent(text: "curl/8.14.1")
}
