//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import InMemoryLogging
import Logging
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// Laws about what a visitor is given, and what others learn of it.
@Suite("Laws: tokens")
struct LawsOfTokensTests {
    /// Lets a visitor have something to come back with.
    private func begin(_ session: Session, _ backend: LawBackend) {
        if session.token == nil { session[.views] += 1 }
    }

    @Test("law 1: no client chooses a token", arguments: LawBackend.all)
    func noChoice(_ backend: LawBackend) async throws {
        let elsewhere = try LawHarness(backend)
        let stranger = elsewhere.browser()
        try await elsewhere.visit(stranger) { self.begin($0, backend) }
        let invented = SessionToken(id: SessionID(random: .system), secret: SessionSecret(random: .system)).text
        let harness = try LawHarness(backend)
        for credential in [
            try #require(stranger.token), invented, invented + "." + String(repeating: "A", count: 43), "2." + invented,
            Base64URL.encode(Array(#"{"subject":"ada"}"#.utf8)), Base64URL.encode([UInt8](repeating: 1, count: 200)),
            "x",
        ] {
            let browser = harness.browser(planted: credential)
            try await harness.visit(browser) { session in
                #expect(session.isNew && session.subject == nil)
                #expect(session.token?.text != invented)
                self.begin(session, backend)
            }
            let token = try #require(browser.token)
            #expect(token != credential && !token.hasPrefix(invented.prefix(22)))
        }
    }

    @Test(
        "law 2: of a visitor of whom nothing is remembered nothing is kept, and there is no cookie",
        arguments: LawBackend.remembering
    )
    func emptySession(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let response = try await harness.visit(harness.browser()) { session in
            #expect(session[.views] == 0 && session.names.isEmpty && !session.isAuthenticated)
        }
        #expect(response[.setCookie] == nil)
        #expect(harness.storeCalls == 0)
    }

    @Test("law 10: nothing in a store lets anyone in", arguments: LawBackend.remembering)
    func dump(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "a theme that is easy to find" }
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let token = try #require(browser.token)
        // Of a token the secret; of a seal what makes it one.
        let isSealed = LawBackend.sealed.contains { $0.name == backend.name }
        let bytes = try #require(Base64URL.decode((isSealed ? token[...] : token.prefix(64)).utf8))
        let secret = bytes.suffix(isSealed ? 16 : 32)

        let other = harness.browser()
        try await harness.visit(other) { try await $0.logIn("alan") }
        try await harness.visit(other) { try await $0.logOut() }
        let dump = try await harness.memory.sessions(now: harness.clock.now)
        for record in dump {
            let stored = SessionRecordCodec.encode(record)
            #expect(!stored.contains(secret))
            if isSealed || backend.name == LawBackend.encrypted.name {
                #expect(!stored.contains("easy to find".utf8))
            }
            for credential in [stored, record.id.bytes + record.secretHash.bytes, record.id.bytes].map(Base64URL.encode)
            {
                try await harness.visit(harness.browser(planted: credential)) { #expect($0.id == nil) }
            }
        }
        #expect(dump.isEmpty == (backend.name == LawBackend.sealed[0].name))
        try await harness.visit(browser) { #expect($0[.theme] == "a theme that is easy to find") }
    }

    @Test("law 11: nothing that opens a session is logged or printed", arguments: LawBackend.all)
    func prints(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        var credentials: Set<String> = []
        for step: @Sendable (Session) async throws -> Void in [
            { self.begin($0, backend) }, { try? await $0.logIn("ada") }, { try await $0.renew() },
            { try await $0.regenerate() }, { try? await $0.remember() }, { try await $0.touch() },
            { try await $0.destroy() },
        ] {
            let old = browser.copy(in: harness)
            try await harness.visit(browser) { session in
                try await step(session)
                for printed in ["\(session)", String(reflecting: session.token), "\(Mirror(reflecting: session))"] {
                    harness.logger.info("\(printed)")
                }
            }
            // The same with one that is late, and one that is cut short.
            try await harness.visit(old)
            if let credential = old.token {
                try await harness.visit(harness.browser(planted: String(credential.dropLast())))
            }
            credentials.formUnion([browser.token].compactMap(\.self))
        }
        #expect(credentials.count >= 3)
        let logs = harness.logs.entries.map { "\($0.message) \($0.metadata)" }.joined(separator: "\n")
        #expect(logs.contains("<redacted>") || backend.testDescription.hasPrefix("sealed"))
        for credential in credentials {
            // The first 22 characters of a token are its id, which logs may show.
            let secret = credential.dropFirst(22)
            for offset in 0...secret.utf8.count - 20 {
                #expect(!logs.contains(secret.dropFirst(offset).prefix(20)))
            }
        }
    }
}
