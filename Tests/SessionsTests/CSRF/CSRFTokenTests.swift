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

@Suite("Tokens against forged requests", .bothDrivers)
struct CSRFTokenTests {
    @Test(
        "a token of the session is accepted, in the next request and in all that follow",
        arguments: CSRFVisits.Backend.allCases)
    func accepted(backend: CSRFVisits.Backend) async throws {
        let visits = try CSRFVisits(backend)
        let token = try await visits.token()
        #expect(token.utf8.count == 86)
        for _ in 0..<3 {
            let isAccepted = try await visits.accepts(token)
            #expect(isAccepted)
        }
    }

    @Test("each text is another, and nothing but the mask differs", arguments: CSRFVisits.Backend.allCases)
    func masked(backend: CSRFVisits.Backend) async throws {
        let visits = try CSRFVisits(backend)
        try await visits.visit { _ = try await $0.ensureCSRFToken() }
        let tokens = try await visits.visit { session in
            (0..<100).compactMap { _ in session.csrfToken }
        }
        #expect(Set(tokens).count == 100)
        let bytes = tokens.compactMap { Base64URL.decode($0.utf8) }
        let codes = Set(bytes.map { zip($0, $0.dropFirst(32)).map { $0 ^ $1 } })
        #expect(bytes.count == 100 && codes.count == 1)
        // No byte is the same in every token. The size of a compressed page would reveal such a byte.
        for place in 0..<64 { #expect(Set(bytes.map { $0[place] }).count > 10) }
    }

    @Test("a token of another session is no one's", arguments: CSRFVisits.Backend.allCases)
    func ofAnother(backend: CSRFVisits.Backend) async throws {
        let visits = try CSRFVisits(backend)
        let mine = try await visits.token()
        let other = TestBrowser(clock: visits.clock.sessionClock)
        let theirs = try await visits.visit(other) { try await $0.ensureCSRFToken() }
        let (isMineTheirs, areTheirsMine) = (try await visits.accepts(mine, other), try await visits.accepts(theirs))
        #expect(!isMineTheirs && !areTheirsMine)
        let isTheirs = try await visits.accepts(theirs, other)
        #expect(isTheirs)
    }

    @Test("a token that was changed anywhere, cut off or prolonged is wrong", arguments: CSRFVisits.Backend.allCases)
    func damaged(backend: CSRFVisits.Backend) async throws {
        let visits = try CSRFVisits(backend)
        let token = try await visits.token()
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        try await visits.visit { session in
            let bytes = Array(token.utf8)
            for place in bytes.indices {
                for bit in 0..<6 {
                    var damaged = bytes
                    let digit = try #require(alphabet.firstIndex(of: bytes[place]))
                    damaged[place] = alphabet[digit ^ 1 << bit]
                    #expect(try !session.acceptsCSRFToken(damaged))
                }
                #expect(try !session.acceptsCSRFToken(Array(bytes.prefix(place))))
            }
            for damaged in [
                bytes + bytes, bytes + [65], [], [UInt8](repeating: 65, count: 86), bytes.dropLast() + [61],
            ] {
                #expect(try !session.acceptsCSRFToken(damaged))
            }
            #expect(try session.acceptsCSRFToken(bytes))
        }
    }

    @Test(
        "a login, another login, a re-authentication, a renewal and a logout leave no token good",
        arguments: [
            CSRFVisits.Backend.stored, .signed, .atRest, .sealed,
        ])
    func changes(backend: CSRFVisits.Backend) async throws {
        let operations: [(Session) async throws -> Void] = [
            { try await $0.logIn("ada") }, { try await $0.reauthenticate() }, { try await $0.logIn("ada") },
            { try await $0.renew() }, { try await $0.logIn("alan") }, { try await $0.regenerate() },
            { try await $0.logOut() },
        ]
        let visits = try CSRFVisits(backend)
        var tokens = [try await visits.token()]
        for operation in operations {
            try await visits.visit { session in
                try await operation(session)
                for token in tokens { #expect(try !session.acceptsCSRFToken(Array(token.utf8))) }
            }
            for token in tokens {
                let isAccepted = try await visits.accepts(token)
                #expect(!isAccepted)
            }
            tokens.append(try await visits.token())
        }
        let isAccepted = try await visits.accepts(tokens[tokens.count - 1])
        #expect(isAccepted)
    }

    @Test("a form survives one renewal by time, and not two", arguments: [CSRFVisits.Backend.stored, .signed, .atRest])
    func timedRenewal(backend: CSRFVisits.Backend) async throws {
        let visits = try CSRFVisits(backend) { $0.renewal = SessionRenewal(after: .minutes(5), grace: .seconds(30)) }
        let token = try await visits.token()
        let cookies = visits.browser.cookies.map(\.value)
        visits.clock.advance(by: .minutes(6))
        try await visits.visit { $0[.views] += 1 }
        #expect(visits.browser.cookies.map(\.value) != cookies, "it was renewed")
        visits.clock.advance(by: .minutes(4))
        let isAccepted = try await visits.accepts(token)
        #expect(isAccepted, "after the grace of the old secret too")
        let newer = try await visits.token()
        visits.clock.advance(by: .minutes(6))
        try await visits.visit { $0[.views] += 1 }
        let (isOldAccepted, isNewAccepted) = (try await visits.accepts(token), try await visits.accepts(newer))
        #expect(!isOldAccepted && isNewAccepted)
    }

    @Test(
        "a token outlives a rotation of the keys, as long as its key is in the ring",
        arguments: [
            CSRFVisits.Backend.sealed, .tokenOnly, .signed,
        ])
    func rotation(backend: CSRFVisits.Backend) async throws {
        let visits = try CSRFVisits(backend)
        let old = SecretKey.generated()
        try visits.keyring.replaceKeys(with: [old])
        let token = try await visits.token()
        let new = SecretKey.generated()
        try visits.keyring.replaceKeys(with: [new, old])
        let isAccepted = try await visits.accepts(token)
        #expect(isAccepted)
        let newer = try await visits.token()
        try visits.keyring.replaceKeys(with: [new])
        let (isOldAccepted, isNewAccepted) = (try await visits.accepts(token), try await visits.accepts(newer))
        // Of a stored session the key is its own.
        #expect(isOldAccepted == (backend == .signed) && isNewAccepted)
    }

    @Test("a visitor has no token until one is asked for that begins a session, and asking stores nothing else")
    func visitors() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            #expect(session.csrfToken == nil)
            let isAccepted = try session.acceptsCSRFToken([])
            #expect(!isAccepted)
        }
        #expect(try await harness.count == 0)
        try await harness.visit(browser) { session in
            let token = try await session.ensureCSRFToken()
            #expect(try session.acceptsCSRFToken(Array(token.utf8)))
            #expect(session.isNew)
        }
        #expect(try await harness.count == 1)
        let response = try await harness.visit(browser) { session in
            _ = try await session.ensureCSRFToken()
            #expect(session.csrfToken != nil)
        }
        #expect(response[.setCookie] == nil)
        #expect(response[.cacheControl] == "no-store", "a page with a token is one visitor's")
        #expect(harness.store.count(of: .replace) == 0 && harness.store.count(of: .create) == 1)
    }

    @Test("a session that ended a moment ago, and a response that has begun, get no token that would be worth nothing")
    func tooLate() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let slow = browser.copy(in: harness)
        try await harness.visit(browser) { try await $0.logOut() }
        let ended = try await harness.open(slow)
        let error = await #expect(throws: SessionError.self) { try await ended.ensureCSRFToken() }
        #expect(error?.code == .ended)
        #expect(ended.csrfToken == nil)
        let visitor = try await harness.open(harness.browser())
        try await harness.close(visitor, browser)
        let late = await #expect(throws: SessionError.self) { try await visitor.ensureCSRFToken() }
        #expect(late?.code == .responseStarted)
    }

    @Test("a token is made as it always was, so that those in pages stay good over an update")
    func knownAnswer() throws {
        let id = try #require(SessionID("AAECAwQFBgcICQoLDA0ODw"))
        let hash = try #require(SecretHash(bytes: (0..<32).map { UInt8($0) }))
        var record = SessionRecord(
            id: id,
            secretHash: hash,
            secretIssuedAt: SessionInstant(millisecondsSince1970: 0),
            version: SessionVersion(counter: 1, tag: 1),
            createdAt: SessionInstant(millisecondsSince1970: 0),
            lastAccessedAt: SessionInstant(millisecondsSince1970: 0),
            expiresAt: SessionInstant(millisecondsSince1970: 1),
            absoluteExpiresAt: SessionInstant(millisecondsSince1970: 1)
        )
        record.authenticatedAt = SessionInstant(millisecondsSince1970: 1_700_000_000_000)
        // HMAC-SHA256 under 00…1f of 04 "csrf" 00…0f and the little-endian time, under a mask of zeros.
        let token = String(repeating: "A", count: 42) + "DyTqUNuoJyoZl8Q56LBh_UwRgYlneu3gP7NG3hEgPBMg"
        #expect(CSRFToken(of: record).text(hash.csrfKey, random: SessionRandom { 0 }) == token)
        #expect(CSRFToken(of: record).matches(Array(token.utf8), [hash.csrfKey]))
    }
}
