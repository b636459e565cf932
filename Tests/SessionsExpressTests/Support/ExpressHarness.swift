//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import InMemoryLogging
import Sessions
import SessionsExpress
import SessionsTesting
import TestSupport

/// A harness whose engine shares its sessions with an Express application.
struct ExpressHarness: LogRecordingHarness {
    let clock: ManualClock
    let records: ExpressMemoryStore
    let engine: SessionEngine
    let logs = InMemoryLogHandler()
    let secrets: ExpressSecrets

    /// Its requests have no user agent.
    let client = SessionClient(address: SessionClient.test.address, userAgent: nil)

    static let secret = "keyboard cat, and many a word"

    /// - Parameters:
    ///   - other: A harness to share the clock and the records with.
    ///   - secrets: What signs cookies, the newest first.
    ///   - configure: What is not as the defaults are.
    init(
        sharing other: ExpressHarness? = nil,
        secrets: [String] = [Self.secret],
        _ configure: (inout SessionConfiguration, inout ExpressConfiguration) throws -> Void = { _, _ in }
    ) throws {
        self.clock = other?.clock ?? ManualClock()
        self.records = other?.records ?? ExpressMemoryStore()
        self.secrets = try ExpressSecrets(secrets)
        var configuration = SessionConfiguration()
        configuration.cookie = .express
        configuration.clock = self.clock.sessionClock
        var express = ExpressConfiguration(secrets: self.secrets, subject: .property("userId"))
        try configure(&configuration, &express)
        self.engine = try SessionEngine(.express(in: self.records, express), configuration: configuration)
    }

    /// A browser to which Express gave a session.
    func browser(of id: String) -> TestBrowser {
        self.browser(planted: Self.cookieValue("s:" + self.secrets.sign(id)))
    }

    func browser(planted value: String) -> TestBrowser {
        let browser = self.browser()
        browser.plant(TestCookie(name: "connect.sid", value: value, domain: "example.com", isSecure: true))
        return browser
    }

    /// A value as `encodeURIComponent` writes what the tests have in cookies.
    static func cookieValue(_ text: String) -> String {
        String(text.flatMap { ["+": "%2B", "/": "%2F", ":": "%3A", "=": "%3D"][$0] ?? "\($0)" })
    }

    /// What Express has stored: `cookie` and whatever is set beside it, for a day.
    func express(_ id: String, _ members: String, life: ExpressExpiry = .after(.days(1))) {
        self.records.set("sess:\(id)", Array("{\(Self.cookie)\(members)}".utf8), life, now: self.clock.now)
    }

    /// A cookie that ends with the browser, as Express stores it.
    static let cookie = #""cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}"#

    /// What is stored under an id.
    func text(_ id: String) async throws -> String? {
        guard case .found(let text, _) = try await self.records.load("sess:\(id)", now: self.clock.now) else {
            return nil
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// For how long.
    func remaining(_ id: String) async throws -> Duration? {
        guard case .found(_, let life) = try await self.records.load("sess:\(id)", now: self.clock.now) else {
            return nil
        }
        return life
    }

    /// The id in the cookie of a browser, as Express reads it.
    func id(in browser: TestBrowser) -> String? {
        let value = browser.cookie(named: "connect.sid")?.value.replacing("%2B", with: "+").replacing("%2F", with: "/")
        guard let signed = value?.split(separator: "%3A", maxSplits: 1).last else { return nil }
        return self.secrets.unsign(String(signed))
    }
}
