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

/// Bearer tokens beside cookies, in one request and one after the other.
@Suite("Bearer tokens beside cookies", .bothDrivers)
struct BearerAndCookieTests {
    private let harnesses = BearerHarnesses()

    @Test("two visitors in one request are refused, and neither is used")
    func conflicting() async throws {
        let harness = try self.harnesses.make()
        let credential = try await self.harnesses.token(of: "ada", at: harness)
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("grace") }
        var fields = self.harnesses.bearer(credential)
        browser.addCookies(to: &fields, for: harness.origin)
        let error = await #expect(throws: SessionError.self) { try await harness.open(fields) }
        #expect(error?.code == .conflictingSessions)
        #expect(error?.description.contains(credential) == false)
        // Also when both are of one user: they are two sessions all the same.
        let other = try await self.harnesses.token(of: "grace", at: harness)
        fields[.authorization] = "Bearer \(other)"
        await #expect(throws: SessionError.self) { try await harness.open(fields) }
        // And when the cookies alone are of several.
        let third = harness.browser()
        try await harness.visit(third) { try await $0.logIn("ada") }
        var cookies = HTTPFields()
        for browser in [browser, third] { browser.addCookies(to: &cookies, for: harness.origin) }
        cookies[.authorization] = "Bearer \(credential)"
        await #expect(throws: SessionError.self) { try await harness.open(cookies) }
        #expect(try await harness.open(self.harnesses.bearer(credential)).subject == "ada")
        try await harness.visit(browser) { #expect($0.subject == "grace") }
    }

    @Test("the same session by both transports is one visitor, who is not there by cookie alone")
    func sameSessionByBoth() async throws {
        let harness = try self.harnesses.make()
        let credential = try await self.harnesses.token(of: "ada", at: harness)
        var fields = self.harnesses.bearer(credential)
        fields[.cookie] = "__Host-session=\(credential)"
        let session = try await harness.open(fields)
        #expect(session.subject == "ada")
        #expect(!session.isAuthenticatedByCookie)
    }

    @Test("a token that opens nothing beside a living cookie is refused, and the cookie's user is not taken for it")
    func deadBesideCookie() async throws {
        let harness = try self.harnesses.make()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("grace") }
        var fields = self.harnesses.bearer(SessionToken(random: .system).text)
        browser.addCookies(to: &fields, for: harness.origin)
        let error = await #expect(throws: SessionError.self) { try await harness.open(fields) }
        #expect(error?.code == .invalidCredentials)
        #expect(error?.challenges == ["Bearer error=\"invalid_token\""])
    }

    @Test(
        "a living token beside a dead or planted cookie is its user",
        arguments: ["x", String(repeating: "A", count: 64)])
    func besideDeadCookie(_ planted: String) async throws {
        let harness = try self.harnesses.make()
        var fields = self.harnesses.bearer(try await self.harnesses.token(of: "ada", at: harness))
        fields[.cookie] = "__Host-session=\(planted)"
        let session = try await harness.open(fields)
        #expect(session.subject == "ada")
        #expect(!session.isAuthenticatedByCookie)
        var response = HTTPFields()
        try await harness.engine.close(session, response: &response)
        #expect(response[.setCookie] == nil)
    }

    @Test("a program's login over a browser's session ends that one, and takes the cookie back")
    func overCookie() async throws {
        let harness = try self.harnesses.make()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let before = browser.copy(in: harness)
        var credential: String?
        let response = try await harness.visit(browser) { session in
            try session.useTransport(.bearer)
            try await session.logIn("ada")
            credential = session.bearerToken
        }
        #expect(response[values: .setCookie].count == 1)
        #expect(browser.token == nil)
        try await harness.visit(before) { #expect($0.subject == nil) }
        #expect(try await harness.open(self.harnesses.bearer(#require(credential))).subject == "ada")
    }

    @Test("a browser's login over a program's session sets a cookie")
    func overBearer() async throws {
        let harness = try self.harnesses.make()
        let credential = try await self.harnesses.token(of: "ada", at: harness)
        let session = try await harness.open(self.harnesses.bearer(credential))
        try session.useTransport(.cookie)
        try await session.logIn("ada")
        #expect(session.bearerToken == nil)
        let browser = harness.browser()
        try await harness.close(session, browser)
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(try await harness.open(self.harnesses.bearer(credential)).subject == nil)
    }
}
