//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        var words: String
        var configure: @Sendable (inout SessionConfiguration) -> Void

        init(_ words: String, _ configure: @escaping @Sendable (inout SessionConfiguration) -> Void) {
            self.words = words
            self.configure = configure
        }

        var testDescription: String { self.words }
    }

    static let refusals: [Refusal] = [
        Refusal("is not an RFC 9110 token") { $0.cookie.name = "" },
        Refusal("is not an RFC 9110 token") { $0.cookie.name = "a b" },
        Refusal("is not an RFC 9110 token") { $0.cookie.name = "a;b" },
        Refusal("is not an RFC 9110 token") { $0.cookie.name = "a=b" },
        Refusal("is not an RFC 9110 token") { $0.cookie.name = "a\r\nSet-Cookie: b" },
        Refusal("is not an RFC 9110 token") { $0.cookie.name = "\u{E4}" },
        Refusal("use at most 256") { $0.cookie.name = String(repeating: "x", count: 257) },
        Refusal("write __Host-") { $0.cookie.name = "__host-session" },
        Refusal("needs cookie.secure = .always") { $0.cookie.secure = .auto },
        Refusal("needs cookie.secure = .always") { $0.cookie = SessionCookie(name: "__Secure-id", secure: .never) },
        Refusal("forbids cookie.domain") { $0.cookie.domain = "example.com" },
        Refusal("needs cookie.path = \"/\"") { $0.cookie.path = "/app" },
        Refusal("needs cookie.isHTTPOnly = true") {
            $0.cookie = SessionCookie(name: "__Host-Http-id", isHTTPOnly: false)
        },
        Refusal("cookie.sameSite = .none needs") {
            $0.cookie = SessionCookie(name: "id", secure: .auto, sameSite: .none)
        },
        Refusal("cookie.sameSite = .auto needs") {
            $0.cookie = SessionCookie(name: "id", secure: .never, sameSite: .auto)
        },
        Refusal("cookie.isPartitioned needs") {
            $0.cookie = SessionCookie(name: "id", secure: .auto, isPartitioned: true)
        },
        Refusal("cookie.path must") { $0.cookie = SessionCookie(name: "id", path: "app") },
        Refusal("cookie.path must") { $0.cookie = SessionCookie(name: "id", path: "/a;b") },
        Refusal("cookie.path must") { $0.cookie = SessionCookie(name: "id", path: "/a\nb") },
        Refusal("cookie.path must") {
            $0.cookie = SessionCookie(name: "id", path: "/" + String(repeating: "x", count: 1024))
        },
        Refusal("cookie.domain must") { $0.cookie = SessionCookie(name: "id", domain: "example.com; Path=/") },
        Refusal("cookie.domain must") { $0.cookie = SessionCookie(name: "id", domain: ".example.com") },
        Refusal("cookie.domain must") { $0.cookie = SessionCookie(name: "id", domain: "") },
        Refusal("cookie.domain must") { $0.cookie = SessionCookie(name: "id", domain: "-a.example") },
        Refusal("limits.absolute is") { $0.limits = SessionLimits(idle: nil, absolute: .zero) },
        Refusal("limits.idle is") { $0.limits.idle = .milliseconds(999) },
        Refusal("is longer than limits.absolute") { $0.limits.idle = .hours(9) },
        Refusal("is longer than rememberedLimits.absolute") { $0.rememberedLimits.idle = .days(31) },
        Refusal("touchAfter is") { $0.touchAfter = .seconds(-1) },
        Refusal("is not shorter than limits.idle") { $0.touchAfter = .minutes(20) },
        Refusal("renewal.after is") { $0.renewal = SessionRenewal(after: .zero, grace: .zero) },
        Refusal("renewal.grace") { $0.renewal = SessionRenewal(after: .seconds(30)) },
        Refusal("renewal.grace") { $0.renewal = SessionRenewal(after: .hours(1), grace: .seconds(-1)) },
        Refusal("storeDeadline is") { $0.storeDeadline = .zero },
        Refusal("maximumValuesSize is") { $0.maximumValuesSize = 0 },
        Refusal("maximumValuesSize is") { $0.maximumValuesSize = .max },
        Refusal("endedMarkerLifetime is") { $0.endedMarkerLifetime = .zero },
        Refusal("trustedProxies.count is 0") { $0.trustedProxies = .count(0) },
        Refusal("trustedProxies.count is -1") { $0.trustedProxies = .count(-1) },
        Refusal("\"10.0.0.0/33\"") { $0.trustedProxies = .networks(["10.0.0.0/33"]) },
        Refusal("\"proxy\"") { $0.trustedProxies = .networks(["::1", "proxy"]) },
    ]

    @Test("what is unsafe or contradicts itself is refused, in words that say what to change", arguments: refusals)
    func refused(refusal: Refusal) {
        var configuration = SessionConfiguration()
        refusal.configure(&configuration)
        let error = #expect(throws: SessionError.self) {
            try SessionEngine(.stored(in: MemorySessionStore()), configuration: configuration)
        }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(refusal.words) == true, "\(error?.message ?? "")")
    }

    @Test("all problems are named at once")
    func severalProblems() {
        var configuration = SessionConfiguration()
        configuration.cookie.secure = .never
        configuration.limits.idle = .days(1)
        let error = #expect(throws: SessionError.self) { try configuration.check() }
        #expect(error?.message.split(separator: "\n").count == 3)
    }

    @Test("the defaults, the development preset, and what is unusual but safe are accepted")
    func accepted() throws {
        try SessionConfiguration().check()
        try SessionConfiguration.development.check()
        for cookie in [
            SessionCookie(name: "__Secure-id", domain: "example.com"), SessionCookie(name: "__Http-id", path: "/a"),
            SessionCookie(name: "__Host-Http-id"),
            SessionCookie(name: "__Host-id", sameSite: .none, isPartitioned: true),
            SessionCookie(name: "id", secure: .auto, sameSite: .auto), SessionCookie(name: "id", secure: .never),
        ] {
            var configuration = SessionConfiguration()
            configuration.cookie = cookie
            configuration.trustedProxies = .networks(["10.0.0.0/8", "fd00::/8", "192.0.2.7"])
            try configuration.check()
        }
    }

    @Test("the defaults are what the documentation says")
    func defaults() {
        let configuration = SessionConfiguration()
        #expect(configuration.cookie == SessionCookie(name: "__Host-session"))
        #expect(configuration.limits == SessionLimits(idle: .minutes(20), absolute: .hours(8)))
        #expect(configuration.rememberedLimits == SessionLimits(idle: .days(14), absolute: .days(30)))
        #expect(configuration.renewal == .never)
        #expect(configuration.onReplayedSecret == .refuse)
        #expect(configuration.touchAfter == nil)
        #expect(configuration.onStoreFailure == .unavailable)
        #expect(configuration.storeDeadline == .seconds(2))
        #expect(configuration.trustedProxies == .none)
        #expect(configuration.maximumValuesSize == 65_536)
        #expect(configuration.endedMarkerLifetime == .minutes(1))
        #expect(!configuration.createsEmptySessions && !configuration.resendsCookie)
        #expect(!configuration.writesUnchangedSessions)
    }
}
