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

@Suite("The size of sealed sessions", .bothDrivers)
struct SealedSizeTests {
    /// The size of the whole `Set-Cookie` fields, as HTTP/1.1 writes them and as HTTP/2 counts them.
    private func sizes(_ response: HTTPFields) -> (lines: Int, list: Int) {
        let values = response[values: .setCookie]
        return (
            values.reduce(0) { $0 + "Set-Cookie: ".utf8.count + $1.utf8.count + 2 },
            values.reduce(0) { $0 + "set-cookie".utf8.count + $1.utf8.count + 32 }
        )
    }

    /// Sets longer and longer texts until one is refused.
    ///
    /// - Returns: The response of the longest, and the error of the next.
    private func grow(
        _ harness: SealedHarness,
        _ browser: TestBrowser,
        from start: Int
    ) async throws -> (HTTPFields, SessionError) {
        var largest = HTTPFields()
        for count in start... {
            let session = try await harness.open(browser)
            session[.theme] = String(repeating: "x", count: count)
            do {
                try await session.save()
            } catch let error as SessionError {
                session.discardChanges()
                try await harness.close(session, browser)
                return (largest, error)
            }
            largest = try await harness.close(session, browser)
        }
        return (largest, SessionError.sealedUnlisted)
    }

    @Test(
        "the largest session that is accepted by default leaves 1 KiB of a response head of 4 KiB, whatever its cookie is",
        arguments: [
            SessionCookie.standard,
            SessionCookie(
                name: "__Secure-" + String(repeating: "n", count: 200), domain: "example.com"),
        ]
    )
    func defaultFits(_ cookie: SessionCookie) async throws {
        let harness = try SealedHarness(maximumCookies: nil) { $0.cookie = cookie }
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            try await session.logIn("ada", remember: true)
            session[.views] = 1
        }
        let limit = SealedCookieCapacity(maximumCookies: nil).characters(in: CookieTemplate(cookie))
        let (largest, error) = try await self.grow(harness, browser, from: limit * 3 / 4 - 500)
        let (lines, list) = self.sizes(largest)
        #expect(largest[values: .setCookie].count == 1)
        // A younger session takes some bytes less than it may take later.
        #expect(list <= 3_072 && list > 3_040, "\(list)")
        #expect(lines <= 3_072)
        #expect(error.code == .valuesTooLarge)
        #expect(error.message.contains("the limit, of a response head that common proxies take, is \(limit)."))
        let measured = try #require(error.message.split(separator: " ").compactMap { Int($0) }.first)
        #expect(measured > limit && measured <= limit + 8)
        #expect(error.message.contains("The largest value is \"theme\" with"))
        // It goes on on every following page.
        harness.clock.advance(by: .days(2))
        let touched = try await harness.visit(browser) { #expect($0.subject == "ada" && $0[.views] == 1) }
        #expect(self.sizes(touched).list <= 3_072 && touched[.setCookie] != nil)
    }

    @Test("attributes of a session's own count as well")
    func overrides() async throws {
        let harness = try SealedHarness(maximumCookies: nil) { $0.cookie = SessionCookie(name: "id") }
        let (plain, own) = (harness.browser(), harness.browser())
        let text = String(repeating: "x", count: 1_900)
        try await harness.visit(plain) { $0[.theme] = text }
        let session = try await harness.open(own)
        try await session.setCookie(SessionCookie.Overrides(path: "/" + String(repeating: "p", count: 900)))
        session[.theme] = text
        let error = await #expect(throws: SessionError.self) { try await session.save() }
        #expect(error?.code == .valuesTooLarge)
        session.discardChanges()
        let response = try await harness.close(session, own)
        #expect(response[.setCookie]?.contains("; Path=/pppp") == true)
    }

    @Test("sessions in several cookies fit a list of fields of 16 KiB, with 4 KiB for others", arguments: 1...4)
    func several(count: Int) async throws {
        let harness = try SealedHarness(maximumCookies: count)
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada", remember: true) }
        let limit = SealedCookieCapacity(maximumCookies: count).characters(in: CookieTemplate(.standard))
        let (largest, error) = try await self.grow(harness, browser, from: limit * 3 / 4 - 400)
        #expect(self.sizes(largest).list <= 12_288)
        #expect(largest[values: .setCookie].count == count)
        for line in largest[values: .setCookie] { #expect(line.utf8.count <= 4_096) }
        #expect(error.message.contains("the limit, of \(count) cookie\(count == 1 ? "" : "s"), is \(limit)."))
        // What comes back fits as well.
        var request = HTTPFields()
        browser.addCookies(to: &request, for: harness.origin)
        #expect(
            request.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 32 } <= 12_288 - 32
                * (count - 1))
    }

    @Test("a larger session from before is read, written as long as it does not grow, and ended")
    func fromBefore() async throws {
        let keyring = SecretKeyring.ephemeral()
        let (before, after) = (
            try SealedHarness(keyring: keyring), try SealedHarness(maximumCookies: nil, keyring: keyring)
        )
        let browser = before.browser()
        try await before.visit(browser) { session in
            session[.theme] = String(repeating: "x", count: 4_000)
            session[.views] = 1
        }
        try await after.visit(browser) { session in
            #expect(session[.theme]?.count == 4_000)
            session[.views] += 1
        }
        let session = try await after.open(browser)
        #expect(session[.views] == 2)
        session[.theme]?.append("y")
        let error = await #expect(throws: SessionError.self) { try await session.save() }
        #expect(error?.code == .valuesTooLarge)
        try await after.visit(browser) { $0[.theme] = "dark" }
        #expect(browser.cookies.count == 1)
        try await after.visit(browser) { #expect($0[.theme] == "dark" && $0[.views] == 2) }
        try await after.visit(browser) { try await $0.destroy() }
        #expect(browser.cookies.isEmpty)
    }

    @Test("more than two cookies are warned of, and the longest cookie that is allowed has room for a session")
    func warnings() throws {
        #expect(SealedCookieCapacity(maximumCookies: nil).warning == nil)
        #expect(SealedCookieCapacity(maximumCookies: 2).warning == nil)
        #expect(SealedCookieCapacity(maximumCookies: 3).warning?.contains("may take 3 cookies") == true)
        let domain = Array(repeating: String(repeating: "d", count: 62), count: 4).joined(separator: ".")
        let cookie = SessionCookie(
            name: String(repeating: "n", count: 256), path: "/" + String(repeating: "p", count: 1_023), domain: domain)
        _ = try SealedHarness(maximumCookies: nil) { $0.cookie = cookie }
        #expect(SealedCookieCapacity(maximumCookies: nil).characters(in: CookieTemplate(cookie)) > 1_400)
    }
}
