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

@Suite("Protection against other sites", .bothDrivers)
struct CSRFProtectionTests {
    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")

    private func finding(
        _ fetchSites: [String] = [],
        _ origins: [String] = [],
        requested: String? = "https://example.com",
        own: [String] = [],
        trusted: [String] = ["https://partner.example"]
    ) throws -> CSRFRule.Finding {
        var fields = HTTPFields()
        fields[values: try #require(Self.fetchSite)] = fetchSites
        fields[values: .origin] = origins
        let rule = CSRFRule(
            origins: Set(own.compactMap { WebOrigin($0) }),
            trustedOrigins: Set(trusted.compactMap { WebOrigin($0) })
        )
        return rule.finding(fields, requested: requested.flatMap { WebOrigin($0) })
    }

    @Test(
        "a value of Sec-Fetch-Site that is unknown, or not alone, says nothing",
        arguments: [
            [], [""], ["Same-Origin"], ["SAME-ORIGIN"], ["same-origin, cross-site"], ["same-origin;x"], ["cross"],
            ["same-origin", "same-origin"], ["none", "cross-site"], ["cross-site", "cross-site"], ["\u{1F600}"],
        ])
    func ignored(values: [String]) throws {
        #expect(try self.finding(values) == .undecided)
        #expect(try self.finding(values, ["https://example.com"]) == .accepted)
        #expect(try self.finding(values, ["https://evil.example"]) != .accepted)
    }

    @Test("several origins, and what is none, are refused, however good one of them is")
    func origins() throws {
        let own = "https://example.com"
        #expect(try self.finding([], [own, own]) == .refused(.severalOrigins(2)))
        #expect(try self.finding([], [own, "null"]) == .refused(.severalOrigins(2)))
        #expect(
            try self.finding(["cross-site"], ["https://partner.example", own]) == .refused(.fetchSite("cross-site")))
        #expect(try self.finding([], ["null"]) == .hidden, "which says nothing of where it is from")
        for text in ["", "example.com", own + "/", own + " " + own, own + ", " + own] {
            #expect(try self.finding([], [text]) == .refused(.noOrigin(text)))
        }
    }

    @Test("configured origins take the place of what a request calls this site")
    func configured() throws {
        let own = ["https://example.com", "https://www.example.com"]
        #expect(
            try self.finding([], ["https://www.example.com"], requested: "http://inner:8080", own: own) == .accepted)
        #expect(try self.finding([], ["http://inner:8080"], requested: "http://inner:8080", own: own) != .accepted)
        #expect(try self.finding([], ["http://inner:8080"], requested: "http://inner:8080") == .accepted)
        #expect(try self.finding([], ["https://example.com"], requested: nil) != .accepted)
        #expect(try self.finding(["same-site"], ["https://www.example.com"], own: own) != .accepted)
    }

    @Test("a configuration that contradicts itself is refused, in words that say what to change")
    func refused() throws {
        var configuration = CSRFProtection.Configuration()
        configuration.origins = ["https://example.com/app", "https://example.com"]
        configuration.trustedOrigins = ["*", "null", "https://*.example.com"]
        configuration.tokenHeader = "X CSRF"
        configuration.tokenField = ""
        configuration.maximumFormSize = 0
        let error = #expect(throws: SessionError.self) { try CSRFProtection(configuration) }
        #expect(error?.code == .configuration)
        #expect(
            error?.message == """
                The session configuration is refused:
                  - origins has "https://example.com/app", which is no origin: write it as https://example.com, without \
                a path and without a wildcard.
                  - trustedOrigins has "*", which is no origin: write it as https://example.com, without a path and \
                without a wildcard.
                  - trustedOrigins has "null", which is no origin: write it as https://example.com, without a path and \
                without a wildcard.
                  - trustedOrigins has "https://*.example.com", which is no origin: write it as https://example.com, \
                without a path and without a wildcard.
                  - tokenHeader is "X CSRF", which is no name of a header field.
                  - tokenField is empty: give the form's field a name, as _csrf.
                  - maximumFormSize is 0: give a form at least 1 byte.
                """
        )
        #expect(throws: Never.self) { try CSRFProtection(CSRFProtection.Configuration()) }
    }

    @Test(
        "an error says which of the checks decided, and no token",
        arguments: [
            (CSRFRefusal.fetchSite("same-site"), "Sec-Fetch-Site is same-site"),
            (.severalOrigins(3), "it has 3 Origin fields"),
            (.noOrigin("null"), "Origin is null, which is not an origin"),
            (.noOrigin(""), "Origin is empty"), (.wrongToken, "its token is not one of this session"),
            (.undecided, "it has no token of a session"),
            (.noOrigin(String(repeating: "x", count: 10_000)), String(repeating: "x", count: 100) + ","),
        ])
    func errorMessage(refusal: CSRFRefusal, words: String) throws {
        #expect(refusal.error.code == .crossSite)
        #expect(refusal.error.message.contains(words))
        #expect(refusal.error.message.utf8.count < 500)
    }

    @Test("a mismatch names both sides, so that a proxy that is not configured is found at once")
    func mismatch() throws {
        guard
            case .refused(let refusal) = try self.finding([], ["https://example.com"], requested: "http://example.com")
        else { throw CancellationError() }
        #expect(refusal.error.message.contains("Origin is https://example.com, and this site is http://example.com."))
        guard case .refused(let nameless) = try self.finding([], ["https://example.com"], requested: nil)
        else { throw CancellationError() }
        #expect(nameless.error.message.contains("this site is of no known origin"))
    }

    @Test(
        "the visitor's scheme is that of the connection, or what trusted proxies say of it",
        arguments: [
            (true, nil, TrustedProxies.none, true), (false, nil, .none, false), (false, "https", .none, false),
            (false, "https", .count(1), true), (true, "http", .count(1), false),
        ] as [(Bool, String?, TrustedProxies, Bool)])
    func scheme(isSecure: Bool, forwarded: String?, proxies: TrustedProxies, isHTTPS: Bool) async throws {
        let harness = try StoredHarness { $0.trustedProxies = proxies }
        let session = try await harness.open(harness.browser())
        for scheme in ["https", "http"] {
            var fields: HTTPFields = [.origin: "\(scheme)://example.com"]
            fields[try #require(HTTPField.Name("X-Forwarded-Proto"))] = forwarded
            let request = SessionRequest(headerFields: fields, isSecure: isSecure, clientAddress: "192.0.2.1")
            var isAccepted = true
            do {
                try await CSRFProtection()
                    .check(request, method: .post, authority: "example.com", session: session) { [] }
            } catch let error as SessionError where error.code == .crossSite {
                isAccepted = false
            }
            #expect(isAccepted == (isHTTPS == (scheme == "https")))
        }
    }
}
