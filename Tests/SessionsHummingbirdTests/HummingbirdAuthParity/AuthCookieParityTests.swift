//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Sessions
import SessionsTesting
import Testing

@Suite("SessionCookieParameters of hummingbird-auth")
struct AuthCookieParityTests {
    private let harness: AuthParityHarness = {
        var harness = AuthParityHarness()
        harness.configuration.cookie.name = "session"
        return harness
    }()

    @Test("name")
    func name() async throws {
        var harness = self.harness
        harness.configuration.cookie.name = "SESSION_ID"
        #expect(try await harness.setCookie().hasPrefix("SESSION_ID="))
    }

    @Test("domain")
    func domain() async throws {
        var harness = self.harness
        harness.configuration.cookie.domain = "example.com"
        #expect(try await harness.setCookie().contains("; Domain=example.com"))
    }

    @Test("path")
    func path() async throws {
        var harness = self.harness
        harness.configuration.cookie.path = "/shop"
        #expect(try await harness.setCookie().contains("; Path=/shop"))
    }

    @Test("secure")
    func secure() async throws {
        var harness = self.harness
        #expect(try await harness.setCookie().contains("; Secure"))
        harness.configuration.cookie.secure = .never
        #expect(try await !harness.setCookie().contains("Secure"))
    }

    @Test("sameSite")
    func sameSite() async throws {
        var harness = self.harness
        #expect(try await harness.setCookie().contains("; SameSite=Lax"))
        harness.configuration.cookie.sameSite = .strict
        #expect(try await harness.setCookie().contains("; SameSite=Strict"))
    }

    @Test("HttpOnly")
    func httpOnly() async throws {
        var harness = self.harness
        #expect(try await harness.setCookie().contains("; HttpOnly"))
        harness.configuration.cookie.isHTTPOnly = false
        #expect(try await !harness.setCookie().contains("HttpOnly"))
    }

    @Test("Expires")
    func expires() async throws {
        var harness = self.harness
        #expect(try await !harness.setCookie().contains("Max-Age"))
        let remembered = try await harness.setCookie { session in try await session.remember() }
        #expect(remembered.contains("; Max-Age="))
        harness.configuration.remembersEverySession = true
        #expect(try await harness.setCookie().contains("; Max-Age="))
    }
}
#endif
