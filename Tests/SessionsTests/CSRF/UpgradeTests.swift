//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Requests for another protocol", .bothDrivers)
struct UpgradeTests {
    private let upgrade: HTTPFields = [.upgrade: "websocket", .connection: "Upgrade"]

    private func fields(_ fetchSite: String?, _ origin: String?) throws -> HTTPFields {
        var fields = self.upgrade
        fields[try #require(HTTPField.Name("Sec-Fetch-Site"))] = fetchSite
        fields[.origin] = origin
        return fields
    }

    /// What a browser says, and whether the request may go on.
    static let cases: [(String?, String?, Bool)] = [
        ("same-origin", "https://example.com", true), ("cross-site", "https://evil.example", false),
        ("same-site", "https://evil.example.com", false), (nil, "https://example.com", true),
        (nil, "https://evil.example", false), (nil, "https://evil.example.com", false), (nil, "null", false),
    ]

    @Test("a WebSocket that another site opens, a sibling included, is refused as a post would be", arguments: cases)
    func middleware(fetchSite: String?, origin: String?, isAccepted: Bool) async throws {
        let place = try StoredHarness()
        let browser = place.browser()
        try await place.visit(browser) { try await $0.logIn("ada") }
        let session = try await place.open(browser)
        let request = SessionRequest(headerFields: try self.fields(fetchSite, origin), isSecure: true)
        var code: SessionError.Code?
        do {
            try await CSRFProtection().check(
                request, method: .get, authority: "example.com", session: session, form: { [] })
        } catch let error as SessionError {
            code = error.code
        }
        #expect(code == (isAccepted ? nil : .crossSite))
    }

    @Test("before any middleware runs the same is asked of the request alone", arguments: cases)
    func guarded(fetchSite: String?, origin: String?, isAccepted: Bool) throws {
        let place = try StoredHarness()
        var fields = try self.fields(fetchSite, origin)
        fields[.cookie] = "__Host-session=x"
        let request = SessionRequest(headerFields: fields, isSecure: true)
        var code: SessionError.Code?
        do {
            try CSRFProtection().checkUpgrade(request, authority: "example.com", engine: place.engine)
        } catch {
            code = error.code
        }
        #expect(code == (isAccepted ? nil : .crossSite))
    }

    @Test("a program that says nothing of where it is from may upgrade without cookies, and not with them")
    func programs() throws {
        let place = try StoredHarness()
        let protection = CSRFProtection()
        var request = SessionRequest(headerFields: self.upgrade, isSecure: true)
        try protection.checkUpgrade(request, authority: "example.com", engine: place.engine)
        request.headerFields[.cookie] = "__Host-session=x"
        let error = #expect(throws: SessionError.self) {
            try protection.checkUpgrade(request, authority: "example.com", engine: place.engine)
        }
        #expect(error?.code == .crossSite)
    }

    @Test("the security of the connection matters to an upgrade, although its method is safe")
    func security() {
        let protection = CSRFProtection()
        #expect(protection.needsConnectionSecurity(for: .get, with: self.upgrade))
        #expect(!protection.needsConnectionSecurity(for: .get, with: [:]))
        #expect(!protection.needsConnectionSecurity(for: .get, with: [.upgrade: "h2c"]), "HTTP/2 is the same protocol")
        #expect(protection.needsConnectionSecurity(for: .get, with: [.upgrade: "h2c, websocket"]))
    }
}
