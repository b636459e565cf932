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

@Suite("Coming from Express: attributes of the cookie")
struct CookieAttributesTests {
    /// A harness whose cookie name has no prefix.
    private func cookie(
        isSecure: Bool = true,
        _ configure: (inout SessionConfiguration) -> Void
    ) async throws -> String {
        let harness = try EngineHarness { configuration in
            configuration.cookie.name = "sid"
            configure(&configuration)
        }
        return try await harness.firstCookie(isSecure: isSecure)
    }

    @Test("path: browsers send the cookie to this path and below")
    func path() async throws {
        let cookie = try await self.cookie { configuration in configuration.cookie.path = "/shop" }
        #expect(cookie.contains("; Path=/shop;"))
    }

    @Test("httpOnly: scripts of the page do not see the cookie, unless that is asked for")
    func httpOnly() async throws {
        #expect(try await self.cookie { $0.cookie.isHTTPOnly = false }.contains("HttpOnly") == false)
        let cookie = try await self.cookie { configuration in configuration.cookie.isHTTPOnly = true }
        #expect(cookie.contains("; HttpOnly"))
    }

    @Test("secure: always, also where the server cannot see that the connection is secure, or never")
    func secure() async throws {
        let always = try await self.cookie(isSecure: false) { configuration in configuration.cookie.secure = .always }
        #expect(always.contains("; Secure"))
        let never = try await self.cookie { configuration in configuration.cookie.secure = .never }
        #expect(!never.contains("; Secure"))
    }

    @Test("secure auto: as the connection is")
    func secureAuto() async throws {
        for isSecure in [true, false] {
            let cookie = try await self.cookie(isSecure: isSecure) { configuration in
                configuration.cookie.secure = .auto
            }
            #expect(cookie.contains("; Secure") == isSecure)
        }
    }

    @Test("domain: the hosts below it get the cookie as well")
    func domain() async throws {
        let cookie = try await self.cookie { configuration in configuration.cookie.domain = "example.com" }
        #expect(cookie.contains("; Domain=example.com;"))
    }

    @Test("maxAge for all: the cookie and the session live so long from each use")
    func maxAge() async throws {
        let harness = try EngineHarness { configuration in
            configuration.remembersEverySession = true
            configuration.rememberedLimits.idle = .seconds(60)
        }
        let browser = harness.browser()
        let response = try await harness.visit(browser) { $0[.views] = 1 }
        #expect(response[.setCookie]?.contains("; Max-Age=60;") == true)
        harness.clock.advance(by: .seconds(59))
        try await harness.visit(browser) { #expect($0[.views] == 1) }
        harness.clock.advance(by: .seconds(60))
        #expect(browser.cookies.isEmpty)
    }

    @Test("expires for all: the cookie and the session end so long after the login")
    func expires() async throws {
        let harness = try EngineHarness { configuration in
            configuration.remembersEverySession = true
            configuration.rememberedLimits.idle = nil
            configuration.rememberedLimits.absolute = .seconds(86_400)
        }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.clock.advance(by: .seconds(23 * 3_600))
        try await harness.visit(browser) { #expect($0.absoluteRemaining == .seconds(3_600)) }
        harness.clock.advance(by: .seconds(3_600))
        #expect(browser.cookies.isEmpty)
    }

    @Test("sameSite: strict, lax or none")
    func sameSite() async throws {
        let strict = try await self.cookie { configuration in configuration.cookie.sameSite = .strict }
        #expect(strict.contains("; SameSite=Strict"))
        #expect(try await self.cookie { $0.cookie.sameSite = .lax }.contains("; SameSite=Lax"))
        #expect(try await self.cookie { $0.cookie.sameSite = .none }.contains("; SameSite=None"))
    }

    @Test("sameSite auto: none on a secure connection, and else lax")
    func sameSiteAuto() async throws {
        for (isSecure, value) in [(true, "None"), (false, "Lax")] {
            let cookie = try await self.cookie(isSecure: isSecure) { configuration in
                configuration.cookie.secure = .auto
                configuration.cookie.sameSite = .auto
            }
            #expect(cookie.contains("; SameSite=\(value)"))
        }
    }

    @Test("priority: which cookies a browser gives up last")
    func priority() async throws {
        let cookie = try await self.cookie { configuration in configuration.cookie.priority = .high }
        #expect(cookie.contains("; Priority=High"))
    }

    @Test("partitioned: one cookie for each site that the page is embedded in")
    func partitioned() async throws {
        let cookie = try await self.cookie { configuration in
            configuration.cookie.sameSite = .none
            configuration.cookie.isPartitioned = true
        }
        #expect(cookie.contains("; Partitioned"))
    }
}
