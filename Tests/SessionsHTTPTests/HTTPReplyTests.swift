//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import Foundation
import HTTPTypes
import Sessions
import SessionsHTTP
import SessionsTesting
import TestSupport
import Testing

@Suite("Replies")
struct HTTPReplyTests {
    private func request(_ path: String = "/", accepting type: String? = nil) -> HTTPRequest {
        var fields = HTTPFields()
        fields[.accept] = type
        return HTTPRequest(method: .get, scheme: nil, authority: nil, path: path, headerFields: fields)
    }

    @Test("a refusal is problem details for programs and a page for people, and its message is escaped in both")
    func refusals() throws {
        let message = "a \"b\" \\ <c>\n\u{1}"
        let refusal = HTTPRefusal(.notFound, message, headerFields: [.allow: "GET"])
        let problem = refusal.reply(to: self.request())
        #expect(problem.status == .notFound && problem.headerFields[.allow] == "GET")
        #expect(problem.headerFields[.contentType] == "application/problem+json")
        let value = try JSONSerialization.jsonObject(with: Data(problem.body.utf8)) as? [String: Any]
        #expect(value?["detail"] as? String == message && value?["status"] as? Int == 404)
        let page = refusal.reply(to: self.request(accepting: "text/html"))
        #expect(page.body.contains("a &quot;b&quot; \\ &lt;c&gt;") && !page.body.contains("<c>"))
    }

    @Test("the policy of the standard page allows its own style sheet")
    func styleSource() async throws {
        let harness = try EngineHarness()
        let session = try await harness.open(harness.browser())
        try await session.logIn("ada")
        let page = try await ActiveSessionsResponder().page(for: self.request(), session: session)
        let style = try #require(page.body.firstMatch(of: /<style>(?<sheet>(.|\n)*)<\/style>/)?.output.sheet)
        let hash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
        #expect(ActiveSessionsPageTemplate.standardStyleSource == "'sha256-\(hash)'")
        #expect(page.headerFields[.contentSecurityPolicy]?.contains(hash) == true)
    }

    @Test("the policy of the standard page of all sessions allows its own style sheets")
    func administrationStyleSource() async throws {
        let harness = try EngineHarness()
        let session = try await harness.open(harness.browser())
        try await session.logIn("grace")
        let administrators = AdministrationGuard { _, subject in subject == "grace" }
        let page = try await AdministrationResponder(harness.engine, for: administrators)
            .page(for: self.request(), session: session, logger: harness.logger)
        let sheets = page.body.matches(of: /<style>((?:(?!<\/style>)(?:.|\n))*)<\/style>/).map(\.output.1)
        #expect(sheets.count == 2)
        for sheet in sheets {
            let hash = Data(SHA256.hash(data: Data(sheet.utf8))).base64EncodedString()
            #expect(page.headerFields[.contentSecurityPolicy]?.contains("'sha256-\(hash)'") == true)
        }
    }

    @Test("a target with a scheme and a host is read like its path")
    func absoluteTargets() async throws {
        let harness = try EngineHarness()
        let session = try await harness.open(harness.browser())
        let page = SessionGuard.login(try .redirect(to: "/login", always: true))
        for path in ["/login", "http://example.com/login", "http://example.com//LOGIN?a=/b"] {
            let error = #expect(throws: SessionError.self) {
                try page.reply(to: self.request(path), session: session, logger: harness.logger)
            }
            #expect(error?.code == .notAuthenticated, "the login page is guarded itself")
        }
        let other = try page.reply(to: self.request("/a?b=1"), session: session, logger: harness.logger)
        #expect(other?.headerFields[.location] == "/login?next=%2Fa%3Fb%3D1")
        let absolute = try page.reply(
            to: self.request("http://evil.example/a"), session: session, logger: harness.logger)
        #expect(absolute?.headerFields[.location] == "/login", "another host is no way back")
    }

    @Test("a reply prints nothing of its fields and its body")
    func description() {
        let reply = HTTPReply(status: .ok, headerFields: [.setCookie: "secret"], body: "secret")
        #expect("\(reply)" == "HTTPReply(200 OK)")
        #expect(!String(reflecting: reply).contains("secret"))
    }
}
