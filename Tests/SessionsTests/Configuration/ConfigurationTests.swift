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
    @Test(
        "what is unsafe or contradicts itself is refused, in words that say what to change",
        arguments: InvalidConfigurationCase.all)
    func refused(testCase: InvalidConfigurationCase) {
        var configuration = SessionConfiguration()
        testCase.configure(&configuration)
        let error = #expect(throws: SessionError.self) {
            try SessionEngine(.stored(in: MemorySessionStore()), configuration: configuration)
        }
        #expect(error?.code == .configuration)
        #expect(error?.message == "The session configuration is refused:\n  - \(testCase.words)")
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
        #expect(configuration.maximumSessionsPerSubject == 100)
        #expect(configuration.anonymousIdleLimit == .minutes(20))
        #expect(configuration.allowsAnonymousSession == nil)
        #expect(!configuration.tracksClients)
        #expect(configuration.clearsSiteDataOnLogout == [.prefetchCache, .prerenderCache])
        #expect(!configuration.allowsPrivateCaching)
        #expect(configuration.tombstoneLifetime == .minutes(1))
        #expect(!configuration.createsEmptySessions && !configuration.resendsCookie)
        #expect(!configuration.writesUnchangedSessions && !configuration.remembersEverySession)
    }
}
