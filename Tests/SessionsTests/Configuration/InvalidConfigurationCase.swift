//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Testing

/// A configuration that an engine refuses, and the message of the error.
struct InvalidConfigurationCase: Sendable, CustomTestStringConvertible {
    var words: String
    var configure: @Sendable (inout SessionConfiguration) -> Void

    init(_ words: String, _ configure: @escaping @Sendable (inout SessionConfiguration) -> Void) {
        self.words = words
        self.configure = configure
    }

    var testDescription: String { self.words }

    static let all = Self.ofName + Self.ofPrefix + Self.ofAttributes + Self.ofLimits + Self.ofStore + Self.ofProxies

    private static func badName(_ shown: String, _ name: String) -> Self {
        Self("cookie.name \"\(shown)\" is not an RFC 9110 token: use letters, digits, \"-\" and \"_\".") {
            $0.cookie.name = name
        }
    }

    private static let ofName = [
        Self.badName("", ""), Self.badName("a b", "a b"), Self.badName("a;b", "a;b"), Self.badName("a=b", "a=b"),
        Self.badName("a,b", "a,b"), Self.badName("\"a\"", "\"a\""), Self.badName("a", "a\u{0}"),
        Self.badName("aSet-Cookie: b", "a\r\nSet-Cookie: b"), Self.badName("", "\u{E4}"),
        Self("applicationName has 256 bytes: use at most 255.") {
            $0.applicationName = String(repeating: "\u{E9}", count: 128)
        },
        Self("cookie.name has 257 bytes: use at most 256.") { $0.cookie.name = String(repeating: "x", count: 257) },
    ]

    private static let ofPrefix = [
        Self(
            """
            cookie.name "__host-session" spells the prefix __Host- in another case, which browsers hold to its rules \
            and servers do not recognize: write __Host-.
            """
        ) { $0.cookie.name = "__host-session" },
        Self(
            """
            cookie.name has the prefix __Host-, which needs cookie.secure = .always: set that, or use a name without \
            the prefix (SessionCookie.development does).
            """
        ) { $0.cookie.secure = .auto },
        Self(
            """
            cookie.name has the prefix __Secure-, which needs cookie.secure = .always: set that, or use a name without \
            the prefix (SessionCookie.development does).
            """
        ) { $0.cookie = SessionCookie(name: "__Secure-id", secure: .never) },
        Self("cookie.name has the prefix __Host-, which forbids cookie.domain: remove it, or use __Secure-.") {
            $0.cookie.domain = "example.com"
        },
        Self("cookie.name has the prefix __Host-, which needs cookie.path = \"/\": set that, or use __Secure-.") {
            $0.cookie.path = "/app"
        },
        Self("cookie.name has the prefix __Host-Http-, which needs cookie.isHTTPOnly = true.") {
            $0.cookie = SessionCookie(name: "__Host-Http-id", isHTTPOnly: false)
        },
        Self("cookie.name has the prefix __Http-, which needs cookie.isHTTPOnly = true.") {
            $0.cookie = SessionCookie(name: "__Http-id", isHTTPOnly: false)
        },
    ]

    private static func badPath(_ path: String) -> Self {
        Self("cookie.path must begin with \"/\", have no \";\" or control characters, and at most 1,024 bytes.") {
            $0.cookie = SessionCookie(name: "id", path: path)
        }
    }

    private static func badDomain(_ domain: String) -> Self {
        Self(
            "cookie.domain must be a host name such as example.com: letters, digits and \"-\" between single dots."
        ) {
            $0.cookie = SessionCookie(name: "id", domain: domain)
        }
    }

    private static let ofAttributes = [
        Self.badPath("app"), Self.badPath(""), Self.badPath("/a;b"), Self.badPath("/a\nb"), Self.badPath("/\u{0}"),
        Self.badPath("/\u{E4}"), Self.badPath("/" + String(repeating: "x", count: 1024)),
        Self.badDomain("example.com; Path=/"), Self.badDomain(".example.com"), Self.badDomain("example..com"),
        Self.badDomain(""), Self.badDomain("-a.example"), Self.badDomain("a\r\nb"), Self.badDomain("\u{E4}.example"),
        Self.badDomain(String(repeating: "a.", count: 127) + "a"),
        Self(
            """
            cookie.sameSite = .none needs cookie.secure = .always, or browsers refuse the cookie: set that, or use \
            .auto for both.
            """
        ) { $0.cookie = SessionCookie(name: "id", secure: .auto, sameSite: .none) },
        Self(
            "cookie.sameSite = .auto needs cookie.secure = .auto or .always, or browsers refuse the cookie."
        ) { $0.cookie = SessionCookie(name: "id", secure: .never, sameSite: .auto) },
        Self("cookie.isPartitioned needs cookie.secure = .always, or browsers refuse the cookie.") {
            $0.cookie = SessionCookie(name: "id", secure: .auto, sameSite: .auto, isPartitioned: true)
        },
        Self(
            """
            cookie.isPartitioned needs cookie.sameSite = .none or .auto, or no frame of another site is ever sent the \
            cookie: set that, or do not partition it.
            """
        ) { $0.cookie.isPartitioned = true },
    ]

    private static let ofLimits = [
        Self("limits.absolute is 0.0 seconds: give a session at least 1 second.") {
            $0.limits = SessionLimits(idle: nil, absolute: .zero)
        },
        Self("limits.idle is 0.999 seconds: give it at least 1 second, or nil for no idle limit.") {
            $0.limits.idle = .milliseconds(999)
        },
        Self(
            """
            limits.idle (32400.0 seconds) is longer than limits.absolute (28800.0 seconds) and could never be reached: \
            shorten it, or lengthen the absolute limit.
            """
        ) { $0.limits.idle = .hours(9) },
        Self(
            """
            rememberedLimits.idle (2678400.0 seconds) is longer than rememberedLimits.absolute (2592000.0 seconds) and \
            could never be reached: shorten it, or lengthen the absolute limit.
            """
        ) { $0.rememberedLimits.idle = .days(31) },
        Self("touchAfter is -1.0 seconds: give 0 or more, or nil for a tenth of the idle limit.") {
            $0.touchAfter = .seconds(-1)
        },
        Self(
            """
            touchAfter (1200.0 seconds) is not shorter than limits.idle (1200.0 seconds): sessions in use would \
            expire. Make it a fraction of the idle limit.
            """
        ) { $0.touchAfter = .minutes(20) },
        Self(
            """
            touchAfter (60.0 seconds) is not shorter than rememberedLimits.idle (30.0 seconds): sessions in use would \
            expire. Make it a fraction of the idle limit.
            """
        ) {
            $0.touchAfter = .minutes(1)
            $0.rememberedLimits.idle = .seconds(30)
        },
        Self("renewal.after is 0.5 seconds: give at least 1 second, or nil for never.") {
            $0.renewal = SessionRenewal(after: .milliseconds(500), grace: .zero)
        },
        Self.badGrace("30.0 seconds", SessionRenewal(after: .seconds(30)), after: "30.0 seconds"),
        Self.badGrace("-1.0 seconds", SessionRenewal(after: .hours(1), grace: .seconds(-1)), after: "3600.0 seconds"),
        Self(
            """
            renewal.after (2592000.0 seconds) is not shorter than any session lives (2592000.0 seconds at most), so \
            that no secret would ever be renewed: shorten it, or use .never.
            """
        ) { $0.renewal = SessionRenewal(after: .days(30)) },
    ]

    private static func badGrace(_ grace: String, _ renewal: SessionRenewal, after: String) -> Self {
        Self(
            """
            renewal.grace (\(grace)) must be 0 or more and shorter than renewal.after (\(after)), or a previous secret \
            would live as long as a current one.
            """
        ) { $0.renewal = renewal }
    }

    private static let ofStore = [
        Self("storeDeadline is 0.0 seconds: give the store at least a millisecond.") { $0.storeDeadline = .zero },
        Self("retryAfter is 0.5 seconds: give 1 second to 1 day.") { $0.retryAfter = .milliseconds(500) },
        Self("retryAfter is 86401.0 seconds: give 1 second to 1 day.") { $0.retryAfter = .seconds(86_401) },
        Self("maximumValuesSize is 0: give 1 to 16,777,216 bytes.") { $0.maximumValuesSize = 0 },
        Self("maximumValuesSize is 9223372036854775807: give 1 to 16,777,216 bytes.") {
            $0.maximumValuesSize = .max
        },
        Self("maximumSessionsPerSubject is 0, and no one could log in: give at least 1, or nil for any number.") {
            $0.maximumSessionsPerSubject = 0
        },
        Self(
            """
            tombstoneLifetime is 0.0 seconds: give at least 1 second, or a slow request could put an anonymous \
            cookie over a fresh login.
            """
        ) { $0.tombstoneLifetime = .zero },
        Self(
            """
            tombstoneLifetime (60.0 seconds) is shorter than storeDeadline (61.0 seconds): a request that waits for \
            the store could put an anonymous cookie over a fresh login. Make it as long as your slowest request.
            """
        ) { $0.storeDeadline = .seconds(61) },
    ]

    private static func badNetwork(_ networks: String...) -> Self {
        Self(
            """
            trustedProxies.networks has "\(networks.last ?? "")", which is no network: write it as 10.0.0.0/8 or \
            fd00::/8.
            """
        ) { $0.trustedProxies = .networks(networks) }
    }

    private static func everybody(_ network: String) -> Self {
        Self(
            """
            trustedProxies.networks has "\(network)", which is every address: any visitor could choose the address and \
            the scheme that you see. Name the networks of your proxies.
            """
        ) { $0.trustedProxies = .networks([network]) }
    }

    private static let ofProxies = [
        Self("trustedProxies.count is 0: give 1 to 16, or .none.") { $0.trustedProxies = .count(0) },
        Self("trustedProxies.count is -1: give 1 to 16, or .none.") { $0.trustedProxies = .count(-1) },
        Self("trustedProxies.count is 17: give 1 to 16, or .none.") { $0.trustedProxies = .count(17) },
        Self.badNetwork("10.0.0.0/33"), Self.badNetwork("::1", "proxy"), Self.badNetwork(""),
        Self.everybody("0.0.0.0/0"), Self.everybody("::/0"),
        Self("trustedProxies.networks is empty: name the networks of your proxies, or use .none.") {
            $0.trustedProxies = .networks([])
        },
    ]
}
