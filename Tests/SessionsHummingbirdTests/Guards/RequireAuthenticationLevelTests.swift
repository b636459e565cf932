//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

@Suite("RequireAuthenticationLevel")
struct RequireAuthenticationLevelTests {
    @Test("a program is told which level it needs, and how recent (RFC 9470)")
    func challenge() async throws {
        var harness = GuardHarness()
        harness.transports = [BearerTransport()]
        let clock = harness.clock
        try await harness.serve { router in
            router.get("token") { _, context in
                try await context.session.logIn("ada", methods: [.password], level: .aal1)
                return try context.session.bearerToken ?? ""
            }
            router.post("second") { _, context in
                try await context.session.reauthenticate(methods: [.oneTimePassword], level: .aal2)
                return try context.session.bearerToken ?? ""
            }
            router.group("payment").add(middleware: try RequireAuthenticationLevel(.aal2, within: .minutes(5)))
                .post { _, _ in "paid" }
        } _: { browser in
            let stranger = try await browser.send("/payment", method: .post)
            #expect(stranger.status == .unauthorized)
            #expect(stranger.headers[values: .wwwAuthenticate] == ["Bearer"])
            var token = try await browser.send("/token").text
            let expected = [
                "Bearer error=\"insufficient_user_authentication\", acr_values=\"aal2\", max_age=\"300\""
            ]
            let weak = try await browser.send("/payment", method: .post, headers: [.authorization: "Bearer \(token)"])
            #expect(weak.status == .unauthorized)
            #expect(weak.headers[values: .wwwAuthenticate] == expected)
            token = try await browser.send("/second", method: .post, headers: [.authorization: "Bearer \(token)"]).text
            let paid = try await browser.send("/payment", method: .post, headers: [.authorization: "Bearer \(token)"])
            #expect(paid.text == "paid")
            clock.advance(by: .minutes(6))
            let late = try await browser.send("/payment", method: .post, headers: [.authorization: "Bearer \(token)"])
            #expect(late.status == .unauthorized)
            #expect(late.headers[values: .wwwAuthenticate] == expected)
        }
    }

    @Test("a guard that lets no request through is refused when it is made")
    func impossible() throws {
        let tooRecent = #expect(throws: SessionError.self) {
            try RequireAuthenticationLevel<AccountContext>(.aal1, within: .zero)
        }
        #expect(tooRecent?.code == .configuration)
        let unreachable = #expect(throws: SessionError.self) {
            try RequireAuthenticationLevel<AccountContext>(AuthenticationLevel(rank: 0, name: "none"))
        }
        #expect(unreachable?.code == .invalidAuthentication)
    }
}
#endif
