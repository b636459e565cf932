//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import InMemoryLogging
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Authentication levels", .bothDrivers)
struct AuthenticationLevelTests {
    @Test("methods and levels are in the session, on every backend", arguments: CredentialVersionTests.Kind.all)
    func facts(_ kind: CredentialVersionTests.Kind) async throws {
        let harness = try kind.harness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada", methods: [.password], level: .aal1) }
        try await harness.visit(browser) { session in
            #expect(session.authenticationMethods == [.password])
            #expect(session.authenticationLevel == .aal1)
            try await session.reauthenticate(methods: [.password, .oneTimePassword], level: .aal2)
        }
        try await harness.visit(browser) { session in
            #expect(session.authenticationMethods == [.password, .oneTimePassword])
            #expect(session.authenticationLevel == .aal2)
            try session.requireAuthentication(level: .aal2)
            try session.requireAuthentication(level: .aal1)
            #expect(throws: SessionError.self) { try session.requireAuthentication(level: .aal3) }
        }
        // What another user has proven is nothing to this one.
        try await harness.visit(browser) { try await $0.logIn("alan") }
        try await harness.visit(browser) { session in
            #expect(session.authenticationMethods == [] && session.authenticationLevel == nil)
            let error = #expect(throws: SessionError.self) { try session.requireAuthentication(level: .aal1) }
            #expect(error?.code == .authenticationTooWeak)
        }
    }

    @Test("a level that was reached long ago is not renewed by a lower one, and a higher one does for a lower")
    func age() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada", level: .aal3) }
        harness.clock.advance(by: .minutes(15))
        try await harness.visit(browser) { session in
            try session.requireAuthentication(level: .aal2, within: .minutes(15))
        }
        harness.clock.advance(by: .milliseconds(1))
        try await harness.visit(browser) { try await $0.reauthenticate(level: .aal1) }
        try await harness.visit(browser) { session in
            let error = #expect(throws: SessionError.self) {
                try session.requireAuthentication(level: .aal2, within: .minutes(15))
            }
            #expect(error?.code == .authenticationTooOld)
            try session.requireAuthentication(level: .aal1, within: .minutes(15))
            #expect(session.authenticationLevel == .aal3, "it was reached in this session")
        }
        try await harness.visit(browser) { try await $0.reauthenticate(level: .aal2) }
        try await harness.visit(browser) { session in
            try session.requireAuthentication(level: .aal2, within: .minutes(15))
        }
    }

    @Test("a session keeps so many methods and levels and no more")
    func bounds() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        for number in 1...20 {
            try await harness.visit(browser) {
                try await $0.reauthenticate(
                    methods: [AuthenticationMethod("m\(number)")],
                    level: AuthenticationLevel(rank: number, name: "l\(number)"))
            }
        }
        try await harness.visit(browser) { session in
            #expect(session.authenticationMethods.count == 16)
            #expect(session.authenticationMethods.last == AuthenticationMethod("m20"))
            #expect(session.authenticationLevel?.rank == 20)
        }
        let record = try #require(
            try await harness.memory.page(of: "ada", from: nil, limit: 1, now: harness.clock.now).records.first)
        #expect(record.authenticationProofs.map(\.level.rank) == Array(13...20))
    }

    @Test("they are in both binary forms of a record, whose size is not underestimated")
    func codecs() throws {
        var record = SampleRecords().record(subject: "ada")
        let facts = try AuthenticationFacts(
            credentialVersion: 1 << 53,
            methods: (0..<16).map { AuthenticationMethod(String(repeating: "m", count: 62) + "\($0 + 10)") },
            level: AuthenticationLevel(rank: 255, name: String(repeating: "l", count: 64)))
        record.note(facts, now: record.createdAt)
        let decoded = try SessionRecordCodec.decode(SessionRecordCodec.encode(record), id: record.id)
        #expect(decoded == record)
        let sealed = try #require(SealedRecordCodec.decode(SealedRecordCodec.encode(record)))
        #expect(sealed.credentialVersion == record.credentialVersion)
        #expect(sealed.authenticationMethods == record.authenticationMethods)
        #expect(sealed.authenticationProofs == record.authenticationProofs)
        let greatest = try #require(SessionRecordCodec.greatestExtraByteCount(of: record))
        #expect(SessionRecordCodec.encodeExtra(record).count <= greatest)
    }

    @Test(
        "an event names the client that it comes from where that is asked for, and nowhere else",
        arguments: [false, true])
    func clientsInEvents(isNamed: Bool) async throws {
        let events = EventRecorder()
        let harness = try StoredHarness {
            $0.observers = [events]
            $0.namesClientsInEvents = isNamed
        }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let planted = harness.browser(planted: SessionToken(random: .system).text)
        try await harness.visit(planted)
        let noted = events.take()
        #expect(noted.map(\.name).contains("logged_in") && noted.map(\.name).contains("refused/unknown"))
        for event in noted {
            #expect(event.client == (isNamed ? .test : nil))
            #expect(event.description.contains("192.0.2.1") == isNamed)
        }
        // What belongs to no request has no client.
        try await harness.engine.revokeAll(of: "ada")
        #expect(events.take().allSatisfy { $0.client == nil })
        #expect(!harness.logs.entries.contains { "\($0)".contains("192.0.2.1") })
    }
}
