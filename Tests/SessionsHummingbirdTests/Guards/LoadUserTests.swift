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

@Suite("LoadUser")
struct LoadUserTests {
    @Test("the application's own user is in the context of a logged-in user, and of no one else")
    func user() async throws {
        try await GuardHarness().serve { browser in
            let before = try await browser.send("/")
            #expect(before.text == "Hello stranger")
            try await browser.logIn()
            let after = try await browser.send("/")
            #expect(after.text == "Hello Ada Lovelace")
        }
    }

    @Test("a user that no longer exists is logged out, and is a visitor to whatever comes behind")
    func goneUser() async throws {
        let harness = GuardHarness()
        let (users, store) = (harness.users, harness.store)
        try await harness.serve { browser in
            try await browser.logIn()
            users.remove("ada")
            let old = browser.browser.cookies
            let account = try await browser.send("/account", headers: .ofBrowser)
            #expect(account.status == .seeOther)
            #expect(account.headers[.location] == "/login?next=%2Faccount")
            #expect(account.headers[.setCookie]?.contains("Max-Age=0") == true)
            #expect(browser.browser.cookies.isEmpty)
            #expect(store.count(of: .end) == 1)
            for cookie in old { browser.browser.plant(cookie) }
            let api = try await browser.send("/api/me")
            #expect(api.status == .unauthorized)
            let home = try await browser.send("/")
            #expect(home.text == "Hello stranger")
        }
    }

    @Test("an error on the way to the user goes through and logs no one out")
    func error() async throws {
        let harness = GuardHarness()
        let users = harness.users
        try await harness.serve { browser in
            try await browser.logIn()
            users.injectFault(true)
            let broken = try await browser.send("/account", headers: .ofBrowser)
            #expect(broken.status == .badGateway)
            #expect(broken.headers[.setCookie] == nil)
            users.injectFault(false)
            let account = try await browser.send("/account", headers: .ofBrowser)
            #expect(account.text == "The account of Ada Lovelace")
        }
    }

    @Test("a store that cannot log the user out is an error to try again, and no handler runs")
    func outage() async throws {
        let harness = GuardHarness()
        let (users, store, calls) = (harness.users, harness.store, CallCount())
        try await harness.serve { router in
            router.get("late") { _, _ in
                calls.add()
                return "late"
            }
        } _: { browser in
            try await browser.logIn()
            users.remove("ada")
            store.injectFault(.failing, .end)
            let response = try await browser.send("/late")
            #expect(response.status == .serviceUnavailable)
            #expect(calls.value == 0)
        }
    }
}
#endif
