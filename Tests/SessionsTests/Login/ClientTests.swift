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

@Suite("What is known of clients", .bothDrivers)
struct ClientTests {
    private let laptop = SessionClient(address: "192.0.2.7", userAgent: "Laptop/1")
    private let moved = SessionClient(address: "198.51.100.1", userAgent: "Laptop/1")

    private func session(_ harness: StoredHarness) async throws -> ActiveSession {
        try #require(try await harness.engine.activeSessions(of: "ada").first)
    }

    @Test("unless it is asked for, only the client of the login is kept")
    func untracked() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser, from: self.laptop) { try await $0.logIn("ada") }
        harness.clock.advance(by: .minutes(10))
        try await harness.visit(browser, from: self.moved) { $0[.views] += 1 }
        let session = try await self.session(harness)
        #expect(session.firstClient == self.laptop && session.lastClient == self.laptop)
    }

    @Test(
        "when it is asked for, a new client is noted with the use, and not with every request",
        arguments: [false, true])
    func tracked(isRemembered: Bool) async throws {
        let harness = try StoredHarness { $0.tracksClients = true }
        let threshold = isRemembered ? Duration.hours(34) : .minutes(2)
        let browser = harness.browser()
        try await harness.visit(browser, from: self.laptop) { try await $0.logIn("ada", remember: isRemembered) }
        let writes = { harness.store.count(of: .replace) + harness.store.count(of: .touch) }
        var before = writes()
        for _ in 0..<5 { try await harness.visit(browser, from: self.moved) }
        #expect(writes() == before, "too soon for a write")
        #expect(try await self.session(harness).lastClient == self.laptop)
        harness.clock.advance(by: threshold)
        for _ in 0..<5 { try await harness.visit(browser, from: self.moved) }
        #expect(writes() == before + 1)
        let session = try await self.session(harness)
        #expect(session.firstClient == self.laptop && session.lastClient == self.moved)
        #expect(session.lastAccessedAt == harness.clock.now)
        // The same client again is a touch, and back home is noted, too.
        harness.clock.advance(by: threshold)
        (before, _) = (harness.store.count(of: .replace), ())
        try await harness.visit(browser, from: self.moved)
        #expect(harness.store.count(of: .replace) == before + (isRemembered ? 1 : 0))
        harness.clock.advance(by: threshold)
        try await harness.visit(browser, from: self.laptop)
        #expect(try await self.session(harness).lastClient == self.laptop)
    }

    @Test("a passive request, and a stranger's, leave nothing behind")
    func passive() async throws {
        let harness = try StoredHarness { $0.tracksClients = true }
        let (browser, stranger) = (harness.browser(), harness.browser())
        try await harness.visit(browser, from: self.laptop) { try await $0.logIn("ada") }
        try await harness.visit(stranger) { $0[.views] = 1 }
        harness.clock.advance(by: .minutes(10))
        try await harness.visit(browser, isPassive: true, from: self.moved)
        #expect(try await self.session(harness).lastClient == self.laptop)
        try await harness.visit(stranger, from: self.moved) { $0[.views] = 2 }
        let records = try await harness.memory.sessions(now: harness.clock.now)
        #expect(records.count == 2)
        #expect(records.first { $0.subject == nil }?.lastClient == nil)
    }

    @Test("noting a client does not bring a logged-out session back")
    func ended() async throws {
        let harness = try StoredHarness { $0.tracksClients = true }
        let browser = harness.browser()
        try await harness.visit(browser, from: self.laptop) { try await $0.logIn("ada") }
        harness.clock.advance(by: .minutes(10))
        let slow = try await harness.open(browser, from: self.moved)
        try await harness.visit(browser) { try await $0.logOut() }
        let response = try await harness.close(slow, browser)
        #expect(response[.setCookie] == nil)
        #expect(try await harness.count == 0)
    }

    @Test("the address is what trusted proxies say, and no one else")
    func proxies() async throws {
        for (proxies, address) in [(TrustedProxies.none, "10.0.0.1"), (.networks(["10.0.0.0/8"]), "203.0.113.9")] {
            let harness = try StoredHarness { $0.trustedProxies = proxies }
            var fields = HTTPFields()
            let forwarded = try #require(HTTPField.Name("X-Forwarded-For"))
            fields[forwarded] = "203.0.113.9"
            let session = try await harness.open(fields, address: "10.0.0.1")
            try await session.logIn("ada")
            #expect(try await self.session(harness).firstClient.address == address)
        }
    }

    @Test("endless user agents and addresses are cut between characters, and empty ones are none")
    func bounds() {
        let client = SessionClient(
            address: String(repeating: "1", count: 9_000), userAgent: String(repeating: "\u{20AC}", count: 9_000))
        #expect(client.address?.utf8.count == 64)
        #expect(client.userAgent?.utf8.count == 510)
        #expect(SessionClient(address: "", userAgent: "") == SessionClient(address: nil, userAgent: nil))
        #expect("\u{1F600}".truncated(toBytes: 3) == nil)
        #expect("a\u{1F600}".truncated(toBytes: 4) == "a")
    }

    @Test("records with clients and labels come back as they were, in both forms, and cut-off ones are refused")
    func codec() throws {
        let samples = SampleRecords()
        for (first, last, label) in [
            (self.laptop, nil, nil), (self.laptop, self.moved, "\u{1F4BB}"),
            (SessionClient(address: nil, userAgent: nil), self.moved, nil),
        ] as [(SessionClient, SessionClient?, String?)] {
            var record = samples.record(subject: "ada")
            (record.firstClient, record.lastClient, record.deviceLabel) = (first, last, label)
            record.globalEpoch = 7
            let bytes = SessionRecordCodec.encode(record)
            #expect(try SessionRecordCodec.decode(bytes, id: record.id) == record)
            for length in 0..<bytes.count {
                #expect(throws: SessionStoreError.self) {
                    try SessionRecordCodec.decode(Array(bytes.prefix(length)), id: record.id)
                }
            }
            let sealed = try #require(SealedRecordCodec.decode(SealedRecordCodec.encode(record)))
            #expect(sealed.firstClient == first && sealed.lastClient == last && sealed.deviceLabel == label)
            #expect(sealed.globalEpoch == 7)
        }
    }
}
