//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import LogAudit
import SessionsOperations
import Testing

@Suite("Findings about a site")
struct ResponseFindingTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        var expected: [String]
        var fields: [(name: String, value: String)]
        var url = "https://example.com/"
        var testDescription: String { self.expected.joined(separator: ", ") }
    }

    static let cookie = "__Host-session=a-secret-value; Path=/; Secure; HttpOnly; SameSite=Lax"

    static func fields(_ cookies: [String], caching: String? = "no-store", more: [(name: String, value: String)] = [])
        -> [(name: String, value: String)]
    {
        cookies.map { (name: "Set-Cookie", value: $0) } + [(name: "Strict-Transport-Security", value: "max-age=1")]
            + (caching.map { [(name: "cache-control", value: $0)] } ?? []) + more
    }

    private func problems(_ facts: ResponseFacts, cookie: String? = nil) -> [String] {
        let findings = facts.findings(cookie: cookie)
        #expect(findings.allSatisfy { !$0.text.contains("a-secret-value") })
        #expect(findings.allSatisfy { $0.severity == .ok || $0.fix != nil })
        return findings.filter { $0.severity != .ok }.map { "\($0.name.dropFirst(4)) \($0.severity)" }
    }

    @Test("A good response has nothing to repair")
    func isHealthy() {
        let facts = ResponseFacts(url: "https://example.com/", status: 200, fields: Self.fields([Self.cookie]))
        #expect(self.problems(facts) == [])
        #expect(facts.findings(cookie: nil).count == 4)
    }

    @Test(
        "Each fault is found, with what to do",
        arguments: [
            Fault(
                expected: ["secure error", "prefix warning"],
                fields: fields(["session=a-secret-value; HttpOnly; SameSite=Lax"])),
            Fault(
                expected: ["secure error", "prefix error"],
                fields: fields(["__Host-session=a-secret-value; Path=/; HttpOnly; SameSite=Lax"])),
            Fault(expected: ["prefix error"], fields: fields([cookie + "; Domain=example.com"])),
            Fault(expected: ["prefix error"], fields: fields([cookie.replacing("Path=/", with: "Path=/app")])),
            Fault(expected: ["http-only error"], fields: fields([cookie.replacing(" HttpOnly;", with: "")])),
            Fault(expected: ["same-site warning"], fields: fields([cookie.replacing("Lax", with: "None")])),
            Fault(expected: ["duplicates error"], fields: fields([cookie, cookie])),
            Fault(expected: ["caching warning"], fields: fields([cookie], caching: nil)),
            Fault(expected: ["caching error"], fields: fields([cookie], caching: "Public, max-age=60")),
            Fault(expected: ["cached error"], fields: fields([cookie], more: [(name: "Age", value: "7")])),
            Fault(expected: ["hsts notice"], fields: fields([cookie]).filter { $0.name.hasPrefix("Strict") == false }),
            Fault(expected: ["cookie notice"], fields: fields([])),
            Fault(expected: ["https error"], fields: fields([cookie]), url: "http://example.com/"),
        ])
    func findsFault(_ fault: Fault) {
        let facts = ResponseFacts(url: fault.url, status: 200, fields: fault.fields)
        #expect(self.problems(facts) == fault.expected)
    }

    @Test("The cookie with a given name is examined, and no other")
    func choosesCookie() {
        let facts = ResponseFacts(
            url: "https://example.com/", status: 200, fields: Self.fields(["sid=a-secret-value", Self.cookie]))
        #expect(self.problems(facts) == [])
        #expect(self.problems(facts, cookie: "sid").count == 4)
    }

    @Test("A site that does not answer is an error, and an address that is none is refused")
    func asks() async throws {
        let doctor = Doctor(SessionStoreOptions(), logger: LogAudit.logger())
        let findings = try await doctor.examine(site: "http://127.0.0.1:1/", cookie: nil)
        #expect(findings.map(\.name) == ["url.request"] && findings[0].severity == .error)
        await #expect(throws: OperationError.self) { try await doctor.examine(site: "example.com", cookie: nil) }
    }
}
#endif
