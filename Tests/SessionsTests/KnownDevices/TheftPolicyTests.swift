//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Policies of known devices", .bothDrivers)
struct TheftPolicyTests {
    @Test(
        "each sign has a policy: report, which is the default, require re-authentication, or end",
        arguments: DeviceSign.allCases, [TheftPolicy.report, .requireReauthentication, .end])
    func policies(_ sign: DeviceSign, _ policy: TheftPolicy) async throws {
        let defaults = KnownDevices.Options()
        #expect(DeviceSign.allCases.map { defaults[keyPath: $0.policy] } == [.report, .report, .report])
        let harness = try DeviceHarness(options: { $0[keyPath: sign.policy] = policy })
        let browser = harness.browser()
        try await harness.logIn("ada", browser)
        harness.wait(.minutes(1))
        let suspect = sign == .newDevice ? harness.browser() : harness.thief(of: browser)
        var refusal: SessionError.Code?
        do {
            if sign == .newDevice { try await harness.logIn("ada", suspect, sign.client) }
            try await harness.visit(suspect, sign.client)
        } catch let error as SessionError {
            refusal = error.code
        }
        let events = harness.events.take().map(\.name)
        #expect(events.filter { $0 == sign.rawValue }.count == 1)
        #expect(events.contains("ended/theft_suspected") == (policy == .end))
        switch policy {
        case .report:
            #expect(refusal == nil)
            try await harness.visit(suspect, sign.client)
        case .requireReauthentication:
            #expect(refusal == .authenticationTooOld)
            await #expect(throws: SessionError.self) { try await harness.visit(suspect, sign.client) }
            harness.wait(.minutes(1))
            try await harness.harness.visit(suspect, from: sign.client) { try await $0.reauthenticate() }
            try await harness.visit(suspect, sign.client)
        default:
            #expect(refusal == .notAuthenticated)
            try await harness.harness.visit(suspect, from: sign.client) { #expect(!$0.isAuthenticated) }
            let left = try await harness.harness.engine.activeSessions(of: "ada").count
            #expect(left == (sign == .newDevice ? 1 : 0), "the session of the sign alone")
        }
    }

    @Test("a policy asks for the password again, from everyone who has the session, and then lets its user go on")
    func reauthentication() async throws {
        let harness = try DeviceHarness(options: {
            $0.onClientChange = .requireReauthentication
            $0.onPlaceChange = .requireReauthentication
        })
        let browser = harness.browser()
        try await harness.logIn("ada", browser)
        harness.wait(.minutes(1))
        let thief = harness.thief(of: browser)
        for (browser, client) in [(thief, SessionClient.at("192.0.2.1", .curl)), (thief, .home), (browser, .home)] {
            let error = await #expect(throws: SessionError.self) { try await harness.visit(browser, client) }
            #expect(error?.code == .authenticationTooOld)
        }
        harness.wait(.minutes(1))
        try await harness.harness.visit(browser, from: .home) { try await $0.reauthenticate() }
        try await harness.visit(browser)
        // The token is a new one.
        try await harness.harness.visit(thief, from: .home) { #expect(!$0.isAuthenticated) }
        #expect(harness.takeSigns() == ["client_changed"])
    }

    @Test("a policy ends the session of a sign, or of a login from a new device")
    func ending() async throws {
        let harness = try DeviceHarness(options: {
            $0.onPlaceChange = .end
            $0.onNewDevice = .end
        })
        let browser = harness.browser()
        try await harness.logIn("ada", browser)
        // The stricter of two policies applies.
        let thief = harness.thief(of: browser)
        let error = await #expect(throws: SessionError.self) {
            try await harness.visit(thief, .at("203.0.113.1", .curl))
        }
        #expect(error?.code == .notAuthenticated)
        try await harness.harness.visit(browser, from: .home) { #expect(!$0.isAuthenticated) }
        let refusal = await #expect(throws: SessionError.self) {
            try await harness.logIn("ada", harness.browser(), .at("203.0.113.1", .curl))
        }
        #expect(refusal?.code == .notAuthenticated)
        #expect(try await harness.harness.engine.activeSessions(of: "ada").isEmpty)
        #expect(harness.events.take().filter { $0.reason == .theftSuspected }.count == 2)
    }

    @Test("a login from a new device may have to prove itself by another factor")
    func newDeviceFactor() async throws {
        let harness = try DeviceHarness(options: { $0.onNewDevice = .requireReauthentication })
        try await harness.logIn("ada", harness.browser())
        let phone = harness.browser()
        let client = SessionClient.at("192.0.2.1", .android)
        try await harness.logIn("ada", phone, client)
        await #expect(throws: SessionError.self) { try await harness.visit(phone, client) }
        harness.wait(.seconds(30))
        try await harness.harness.visit(phone, from: client) {
            try await $0.reauthenticate(methods: [.oneTimePassword], level: .aal2)
        }
        try await harness.visit(phone, client)
    }
}
