//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Known devices and signs of theft", .bothDrivers)
struct KnownDevicesTests {
    @Test("ordinary use stays quiet", arguments: DeviceScenario.ordinary)
    func ordinaryUse(_ scenario: DeviceScenario) async throws {
        let harness = try DeviceHarness()
        try await scenario.run(harness)
        #expect(harness.takeSigns() == [])
    }

    @Test("theft gives each sign once", arguments: DeviceScenario.theft)
    func theft(_ scenario: DeviceScenario) async throws {
        let harness = try DeviceHarness()
        try await scenario.run(harness)
        #expect(harness.takeSigns() == scenario.signs)
    }

    @Test("ordinary use that looks like theft gives one false alarm", arguments: DeviceScenario.falseAlarms)
    func falseAlarms(_ scenario: DeviceScenario) async throws {
        let harness = try DeviceHarness()
        try await scenario.run(harness)
        #expect(harness.takeSigns() == scenario.signs)
    }

    @Test("of twenty requests at once by a thief, one gives the sign")
    func parallelTheft() async throws {
        let harness = try DeviceHarness()
        let browser = harness.browser()
        try await harness.logIn("ada", browser)
        let thief = harness.thief(of: browser)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await harness.visit(thief, .at("203.0.113.1", .curl)) } }
            try await group.waitForAll()
        }
        #expect(harness.takeSigns().sorted() == ["client_changed", "place_changed"])
    }

    @Test("the cookie is signed, out of reach of scripts, lives for 400 days, and only a login sets it")
    func cookie() async throws {
        let harness = try DeviceHarness()
        let browser = harness.browser()
        let login = try await harness.harness.visit(browser) { session in
            try await session.logIn("ada")
            try await harness.recognizer.recognize(session)
        }
        let field = login[values: .setCookie].first { $0.hasPrefix("__Host-device=") } ?? ""
        #expect(field.hasSuffix("; Max-Age=34560000; Path=/; Secure; HttpOnly; SameSite=Lax; Priority=High"))
        #expect(browser.cookie(named: "__Host-device")?.value.utf8.count == 108)
        for action in [
            { @Sendable (session: Session) async throws in _ = try await harness.recognizer.recognize(session) },
            { try await harness.recognizer.check($0) }, { try await $0.renew() }, { try await $0.reauthenticate() },
            { try await $0.logOut() }, { $0[.views] += 1 },
        ] {
            let response = try await harness.harness.visit(browser) { try await action($0) }
            #expect(!response[values: .setCookie].contains { $0.hasPrefix("__Host-device") })
        }
        let anonymous = try await harness.harness.visit(harness.browser()) { session in
            session[.views] = 1
            let isNew = try await harness.recognizer.recognize(session)
            #expect(!isNew)
        }
        #expect(harness.recognizer.received(anonymous)[values: .setCookie].count == 1)
    }

    @Test("a user has at most twenty devices, with their first and last use, the last one first")
    func devices() async throws {
        let harness = try DeviceHarness()
        let browser = harness.browser()
        let begin = harness.harness.now
        try await harness.logIn("ada", browser)
        for number in 0..<25 {
            harness.wait(.minutes(1))
            try await harness.logIn("ada", harness.browser(), .at("203.0.113.\(number)", .chrome), remember: false)
            if number == 10 { try await harness.logIn("ada", browser) }
        }
        let devices = try await harness.recognizer.devices(of: "ada")
        #expect(devices.count == 20 && devices.first?.clientName == "Chrome on Windows")
        #expect(devices.first?.lastUsedAt == begin + .minutes(25))
        let first = try #require(devices.first { $0.clientName == "Firefox on Windows" })
        #expect(first.firstUsedAt == begin && first.lastUsedAt == begin + .minutes(11))
        #expect(try await harness.recognizer.devices(of: "alan").isEmpty)
    }

    @Test("the store has no address, no cookie, and nothing of anonymous visitors; a user can be forgotten")
    func privacy() async throws {
        let harness = try DeviceHarness(configure: { $0.truncatesAddresses = true })
        let browser = harness.browser()
        try await harness.visit(harness.browser(), .at("192.0.2.77", .firefox))
        #expect(try await harness.store.count(now: harness.harness.now) == 0)
        try await harness.logIn("ada", browser, .at("192.0.2.77", .firefox))
        let dump = "\(try await harness.dump())"
        // Expectations about the dump would print it, with the cookie that a mistake stores.
        let (hasAddress, hasNetwork) = (dump.contains("192.0.2.77"), dump.contains("192.0.2.0"))
        #expect(!hasAddress && hasNetwork)
        let value = try #require(browser.cookie(named: "__Host-device")?.value)
        let hasCookie = dump.contains(value.prefix(22))
        #expect(!hasCookie)
        harness.wait(.seconds(1))
        try await harness.devices.forget(subject: "ada")
        harness.wait(.seconds(1))
        #expect(try await harness.devices.devices(of: "ada").isEmpty)
        try await harness.logIn("ada", harness.browser(), .at("203.0.113.1", .chrome))
        #expect(harness.takeSigns() == [], "the first device again")
    }

    @Test("addresses are truncated to networks in sessions, lists and events")
    func truncation() async throws {
        let harness = try DeviceHarness(configure: {
            $0.truncatesAddresses = true
            $0.namesClientsInEvents = true
            $0.tracksClients = true
        })
        let browser = harness.browser()
        try await harness.logIn("ada", browser, .at("2001:db8:b:1:2::3", .firefox))
        harness.wait(.hours(40))
        try await harness.visit(browser, .at("192.0.2.77", .firefox))
        let session = try #require(try await harness.harness.engine.activeSessions(of: "ada").first)
        #expect(session.firstClient.address == "2001:db8:b::" && session.lastClient.address == "192.0.2.0")
        #expect(Set(harness.events.take().compactMap(\.client?.address)) == ["2001:db8:b::"])
    }

    @Test("sealed sessions and values that are encrypted at rest give the same signs")
    func backends() async throws {
        for backend in [
            SessionBackend.sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart),
            .stored(in: MemorySessionStore(), encryptedAtRest: true),
        ] {
            let harness = try DeviceHarness(backend)
            let browser = harness.browser()
            try await harness.logIn("ada", browser)
            try await harness.visit(browser)
            for _ in 0..<3 { try await harness.visit(browser, .at("203.0.113.1", .curl)) }
            #expect(harness.takeSigns() == ["client_changed", "place_changed"])
        }
    }

    @Test("a program that gets its token outside a cookie gets no cookie and no sign")
    func bearer() async throws {
        let events = EventRecorder()
        let harness = try EngineHarness(transports: [CookieTransport(), BearerTransport()]) { $0.observers = [events] }
        let devices = try KnownDevices(
            in: harness.store, signedWith: .ephemeral(), configuration: harness.engine.configuration)
        for _ in 0..<2 {
            let response = try await harness.visit(harness.browser()) { session in
                try session.useTransport(.bearer)
                try await session.logIn("ada")
                #expect(try await devices.recognize(session) == false)
                try await devices.check(session)
            }
            #expect(response[values: .setCookie].isEmpty)
        }
        #expect(try await devices.devices(of: "ada").isEmpty)
    }

    @Test("a request without a change writes nothing, and asks the store nothing but its session")
    func cost() async throws {
        let harness = try StoredHarness()
        let devices = try KnownDevices(
            in: harness.store, signedWith: .ephemeral(), configuration: harness.engine.configuration)
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            try await session.logIn("ada")
            try await devices.recognize(session)
        }
        let before = [FaultySessionStore.Call.load, .replace, .touch].map(harness.store.count)
        for _ in 0..<3 { try await harness.visit(browser) { try await devices.check($0) } }
        let after = [FaultySessionStore.Call.load, .replace, .touch].map(harness.store.count)
        #expect(zip(after, before).map(-) == [3, 0, 0])
    }

    @Test("lists know since when the user has had the device")
    func lists() async throws {
        let harness = try DeviceHarness()
        let browser = harness.browser()
        let begin = harness.harness.now
        try await harness.logIn("ada", browser)
        harness.wait(.days(8))
        try await harness.logIn("ada", browser)
        try await harness.logIn("ada", harness.browser(), .at("203.0.113.1", .chrome))
        let sessions = try await harness.harness.engine.activeSessions(of: "ada")
        #expect(Set(sessions.map(\.deviceFirstUsedAt)) == [begin, begin + .days(8)])
    }

    @Test("options that cannot be kept are refused")
    func configuration() throws {
        var options = KnownDevices.Options()
        options.cookie = SessionCookie(name: "__Host-session")
        options.maximumSpeed = 0
        options.minimumDistance = .nan
        let error = #expect(throws: SessionError.self) {
            try KnownDevices(in: MemorySessionStore(), signedWith: .ephemeral(), options: options)
        }
        for part in ["__Host-session", "maximumSpeed", "minimumDistance"] {
            #expect(error?.message.contains(part) == true)
        }
        let berlin = GeographicPlace(latitude: 52.52, longitude: 13.40)
        let newYork = GeographicPlace(latitude: 40.71, longitude: -74.01)
        #expect(abs(berlin.distance(to: newYork) - 6_385) < 15)
        #expect(GeographicPlace(latitude: .nan, longitude: 500) == GeographicPlace(latitude: 0, longitude: 180))
    }
}

extension DeviceHarness {
    /// All that the store has.
    func dump() async throws -> [String] {
        try await self.store.page(from: nil, limit: 1_000, now: self.harness.now).records.flatMap { record in
            [record.subject ?? "", record.firstClient.map { "\($0)" } ?? ""]
                + record.values.map { String(decoding: $0.value.jsonText, as: UTF8.self) }
        }
    }
}
