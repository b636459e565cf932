//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Links that report a login", .bothDrivers)
struct SignInLinksTests {
    @Test("a link ends the session of its login and all others, once, and its device is unknown again")
    func reporting() async throws {
        let harness = try DeviceHarness()
        let engine = harness.harness.engine
        let links = try SignInLinks(engine, in: harness.store, devices: harness.devices)
        let (browser, thief) = (harness.browser(), harness.browser())
        let client = SessionClient.at("203.0.113.1", .chrome)
        try await harness.logIn("ada", browser)
        harness.wait(.hours(1))
        try await harness.logIn("ada", thief, client)
        try await harness.logIn("alan", harness.browser())

        var found: [SignInLinks.Link] = []
        for event in harness.events.take() { found += [try await links.link(for: event)].compactMap(\.self) }
        #expect(found.map(\.subject) == ["ada"])
        let link = try #require(found.first)
        try await harness.harness.visit(thief, from: client) { #expect($0.id == link.sessionID) }

        #expect(try await links.report(link.token) == "ada")
        #expect(try await engine.activeSessions(of: "ada").isEmpty)
        #expect(try await engine.activeSessions(of: "alan").count == 1)
        #expect(try await links.report(link.token) == nil)
        #expect(try await harness.devices.devices(of: "ada").map(\.clientName) == ["Firefox on Windows"])
        try await harness.logIn("ada", thief, client)
        #expect(harness.takeSigns() == ["new_device"])
    }

    @Test("a link is valid for its time, and while the sessions could not be ended")
    func validity() async throws {
        let harness = try DeviceHarness()
        let links = try SignInLinks(harness.harness.engine, in: harness.store, for: .hours(1))
        let event = SessionEvent(
            .newDevice, sessionID: SessionID(high: 1, low: 2), subject: "ada", time: harness.harness.now)
        let link = try #require(try await links.link(for: event))
        harness.wait(.hours(1))
        #expect(try await links.report(link.token) == nil)
        #expect(throws: SessionError.self) {
            try SignInLinks(harness.harness.engine, in: harness.store, for: .zero)
        }

        let sealed = try EngineHarness(.sealed(with: .ephemeral(), revocation: .none))
        let others = try SignInLinks(sealed.engine, in: harness.store)
        let kept = try #require(try await others.link(for: event))
        for _ in 0..<2 {
            let error = await #expect(throws: SessionError.self) { try await others.report(kept.token) }
            #expect(error?.code == .notOffered)
        }
    }
}
