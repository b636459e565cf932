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

@Suite("RequireRecentLogin")
struct RequireRecentLoginTests {
    @Test("what is sensitive asks for the password once more when the login is older than five minutes")
    func stepUp() async throws {
        let harness = GuardHarness()
        let clock = harness.clock
        try await harness.serve { browser in
            let headers = HTTPFields.ofBrowser
            let stranger = try await browser.send("/account/password", method: .post, headers: headers)
            #expect(stranger.status == .seeOther)
            #expect(stranger.headers[.location] == "/login")
            try await browser.logIn()
            clock.advance(by: .minutes(5))
            let inTime = try await browser.send("/account/password", method: .post, headers: headers)
            #expect(inTime.text == "The password is changed")
            clock.advance(by: .milliseconds(1))
            let late = try await browser.send("/account/password", method: .post, headers: headers)
            #expect(late.status == .seeOther)
            #expect(late.headers[.location] == "/login/again")
            let page = try await browser.send("/account", headers: headers)
            #expect(page.status == .ok, "the rest of the account is still there")
            try await browser.logIn(at: "/login/again")
            let again = try await browser.send("/account/password", method: .post, headers: headers)
            #expect(again.text == "The password is changed")
        }
    }

    @Test("a program is told how old its login may be (RFC 9470)")
    func challenge() async throws {
        var harness = GuardHarness()
        harness.transports = [BearerTransport()]
        let clock = harness.clock
        try await harness.serve { router in
            router.get("token") { _, context in
                try await context.session.logIn("ada")
                return try context.session.bearerToken ?? ""
            }
            router.group("transfer").add(middleware: try RequireRecentLogin(within: .minutes(5)))
                .post { _, _ in "done" }
        } _: { browser in
            let stranger = try await browser.send("/transfer", method: .post)
            #expect(stranger.status == .unauthorized)
            #expect(stranger.headers[values: .wwwAuthenticate] == ["Bearer"])
            let token = try await browser.send("/token").text
            let headers: HTTPFields = [.authorization: "Bearer \(token)"]
            let inTime = try await browser.send("/transfer", method: .post, headers: headers)
            #expect(inTime.text == "done")
            clock.advance(by: .minutes(6))
            let late = try await browser.send("/transfer", method: .post, headers: headers)
            #expect(late.status == .unauthorized)
            #expect(
                late.headers[values: .wwwAuthenticate]
                    == ["Bearer error=\"insufficient_user_authentication\", max_age=\"300\""]
            )
        }
    }

    @Test(
        "an age that no one keeps is refused when the guard is made",
        arguments: [
            Duration.zero, .milliseconds(999), .seconds(-1), .seconds(Int64.min),
        ])
    func impossibleAge(age: Duration) throws {
        let error = #expect(throws: SessionError.self) {
            try RequireRecentLogin<AccountContext>(within: age)
        }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("lets no request through") == true)
    }
}
#endif
