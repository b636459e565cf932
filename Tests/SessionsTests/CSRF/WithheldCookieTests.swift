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
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Requests that a browser sends without its cookie", .bothDrivers)
struct WithheldCookieTests {
    /// What a browser says when a page of another site leads a tab here.
    static let navigation: [(String, String)] = [
        ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"),
    ]

    static func fields(_ changes: [(String, String?)] = []) throws -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in Self.navigation { fields[try #require(HTTPField.Name(name))] = value }
        for (name, value) in changes { fields[try #require(HTTPField.Name(name))] = value }
        return fields
    }

    private func open(
        _ harness: StoredHarness,
        _ method: HTTPRequest.Method? = nil,
        _ fields: HTTPFields
    ) async throws -> Session {
        let request = SessionRequest(method: method, headerFields: fields, isSecure: true)
        return try await harness.engine.open(request, logger: harness.logger)
    }

    /// Lets a page set a value, and answers with the cookies of its response.
    private func setting(_ session: Session, _ harness: StoredHarness) async throws -> [String] {
        session[.views] = 1
        var response = HTTPFields()
        try await harness.engine.close(session, response: &response)
        return response[values: .setCookie]
    }

    @Test("with Strict a link from another site begins no session, and what its page sets is dropped")
    func strict() async throws {
        let harness = try StoredHarness { $0.cookie.sameSite = .strict }
        let session = try await self.open(harness, .get, try Self.fields())
        #expect(session.isCookieWithheld)
        #expect(session.isNew && session.subject == nil)
        #expect(try await self.setting(session, harness).isEmpty)
        #expect(try await harness.count == 0)
        #expect(harness.logs.entries.contains { $0.metadata["session.reason"] == "cookie_withheld" })
        #expect(!harness.logs.entries.contains { $0.level > .debug })
    }

    @Test("with Lax a form from another site begins no session, nor does a frame or a picture; a link does")
    func lax() async throws {
        let cases: [(HTTPRequest.Method?, [(String, String?)], Bool)] = [
            (.post, [], true), (.get, [], false), (.head, [], false), (nil, [], false),
            (.get, [("Sec-Fetch-Dest", "iframe")], true),
            (.get, [("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "image")], true),
            (.get, [("Sec-Fetch-Mode", "websocket"), ("Sec-Fetch-Dest", "websocket")], true),
            (.post, [("Sec-Fetch-Site", "same-site")], false), (.post, [("Sec-Fetch-Site", "same-origin")], false),
            (.post, [("Sec-Fetch-Site", "none")], false), (.post, [("Sec-Fetch-Site", nil)], false),
            (.post, [("Sec-Fetch-Site", "cross-site, cross-site")], false),
        ]
        for (method, changes, isWithheld) in cases {
            let harness = try StoredHarness()
            let session = try await self.open(harness, method, try Self.fields(changes))
            #expect(session.isCookieWithheld == isWithheld, "\(method.debugDescription) \(changes)")
            #expect(try await self.setting(session, harness).isEmpty == isWithheld)
        }
    }

    @Test("with None every request carries the cookie, so that a stranger is one")
    func none() async throws {
        let harness = try StoredHarness { $0.cookie.sameSite = .none }
        let session = try await self.open(harness, .post, try Self.fields())
        #expect(!session.isCookieWithheld)
        #expect(try await self.setting(session, harness).count == 1)
    }

    @Test("saving is an error that says what to do; a login, and a session that is asked for, begin all the same")
    func onPurpose() async throws {
        let harness = try StoredHarness()
        let saved = try await self.open(harness, .post, try Self.fields())
        saved[.views] = 1
        let error = await #expect(throws: SessionError.self) { try await saved.save() }
        #expect(error?.code == .cookieWithheld)
        #expect(error?.message.contains("redirect") == true)
        for begin in [
            { try await $0.logIn("ada") }, { try await $0.regenerate() },
        ] as [@Sendable (Session) async throws -> Void] {
            let session = try await self.open(harness, .post, try Self.fields())
            try await begin(session)
            #expect(!session.isCookieWithheld, "it has a session now")
            #expect(try await self.setting(session, harness).count == 1)
        }
    }

    @Test("a token that is no one's yet is not handed out over the one that was withheld")
    func tokenOnly() async throws {
        let harness = try EngineHarness(.tokenOnly(with: .ephemeral()))
        for (method, count) in [(HTTPRequest.Method.post, 0), (.get, 1)] {
            let request = SessionRequest(method: method, headerFields: try Self.fields(), isSecure: true)
            let session = try await harness.engine.open(request, logger: harness.logger)
            #expect(session.token != nil)
            var response = HTTPFields()
            try await harness.engine.close(session, response: &response)
            #expect(response[values: .setCookie].count == count, "\(method)")
        }
    }

    @Test("empty sessions, where every visitor gets one, do not begin either")
    func emptySessions() async throws {
        let harness = try StoredHarness { $0.createsEmptySessions = true }
        let session = try await self.open(harness, .post, try Self.fields())
        var response = HTTPFields()
        try await harness.engine.close(session, response: &response)
        #expect(response[.setCookie] == nil)
        #expect(try await harness.count == 0)
    }
}
