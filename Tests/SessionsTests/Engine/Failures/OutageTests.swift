//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import InMemoryLogging
import Logging
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("A store that is down", .bothDrivers)
struct OutageTests {
    @Test("a request with a token gets an error to try again, and its cookie is left alone")
    func unavailable() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.store.injectFault(.failing)
        let error = await #expect(throws: SessionError.self) { try await harness.open(browser) }
        #expect(error?.code == .storeUnavailable)
        #expect(error?.retryAfter == .seconds(5))
        harness.store.clearFault()
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("a request without a token does not notice")
    func withoutToken() async throws {
        let harness = try StoredHarness()
        harness.store.injectFault(.failing)
        let response = try await harness.visit(harness.browser()) { #expect($0[.views] == 0) }
        #expect(response[.setCookie] == nil)
    }

    @Test("where pages are the same for everyone a request may go on as a stranger's; what it sets is dropped")
    func anonymous() async throws {
        let harness = try StoredHarness { $0.onStoreFailure = .anonymous }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        harness.store.injectFault(.failing, .load)
        let response = try await harness.visit(browser) { session in
            #expect(session.subject == nil)
            session[.theme] = "dark"
            let error = await #expect(throws: SessionError.self) { try await session.save() }
            #expect(error?.code == .storeUnavailable)
        }
        #expect(response[.setCookie] == nil)
        harness.store.clearFault()
        try await harness.visit(browser) { session in
            #expect(session.subject == "ada")
            #expect(session[.theme] == nil)
        }
    }

    @Test("a request decides for itself what it gets, above the configuration")
    func perRequest() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.store.injectFault(.failing)
        var request = SessionRequest(headerFields: [:], onStoreFailure: .anonymous)
        browser.addCookies(to: &request.headerFields, for: harness.origin)
        let session = try await harness.engine.open(request, logger: harness.logger)
        #expect(session.id == nil)
    }

    @Test("a touch that failed fails no response", arguments: [StoreFailurePolicy.unavailable, .anonymous])
    func failedTouch(_ policy: StoreFailurePolicy) async throws {
        let harness = try StoredHarness { $0.onStoreFailure = policy }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.clock.advance(by: .minutes(5))
        harness.store.injectFault(.failing, .touch)
        let response = try await harness.visit(browser) { #expect($0[.views] == 1) }
        #expect(response[.setCookie] == nil)
    }

    @Test("a remembered session that could not be extended fails no response, and its cookie is left alone")
    func failedExtension() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada", remember: true) }
        harness.clock.advance(by: .days(3))
        harness.store.injectFault(.failing, .replace)
        let response = try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(response[.setCookie] == nil)
        harness.store.clearFault()
        let later = try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(later[.setCookie] != nil)
    }

    @Test("a secret that could not be renewed by time fails no response, and opens the session until it is")
    func failedRenewal() async throws {
        let harness = try StoredHarness { $0.renewal = SessionRenewal(after: .minutes(3)) }
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let before = browser.token
        harness.clock.advance(by: .minutes(5))
        harness.store.injectFault(.failing, .replace)
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(browser.token == before)
        harness.store.clearFault()
        try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(browser.token != before)
    }

    @Test("a failed write of what the handler set is an error")
    func failedWrite() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.store.injectFault(.failing, .replace)
        let session = try await harness.open(browser)
        session[.views] += 1
        await #expect(throws: SessionError.self) { try await harness.close(session, browser) }
    }

    @Test("an operation that could not be done says so, and nothing else has changed")
    func failedOperations() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        let session = try await harness.open(browser)
        harness.store.injectFault(.failing)
        await #expect(throws: SessionError.self) { try await session.logOut() }
        await #expect(throws: SessionError.self) { try await session.renew() }
        await #expect(throws: SessionError.self) { try await session.logIn("alan") }
        harness.store.clearFault()
        let response = try await harness.close(session, browser)
        #expect(response[.setCookie] == nil)
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("a store that failed a save is not waited for again at the end of the request, and the log says it failed")
    func waitedForOnce() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let session = try await harness.open(browser)
        session[.views] += 1
        harness.store.injectFault(.failing)
        await #expect(throws: SessionError.self) { try await session.save() }
        let error = await #expect(throws: SessionError.self) { try await harness.close(session, browser) }
        #expect(error?.code == .storeUnavailable)
        #expect(harness.store.count(of: .replace) == 1)
        #expect(harness.logs.entries.contains { $0.level == .error && "\($0.message)".contains("store failed") })
    }

    @Test("a handler may answer a failed save in its own way")
    func discarding() async throws {
        let harness = try StoredHarness { $0.maximumValuesSize = 100 }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "dark" }
        try await harness.visit(browser) { session in
            session[.theme] = String(repeating: "x", count: 100)
            await #expect(throws: SessionError.self) { try await session.save() }
            session.discardChanges()
            #expect(session[.theme] == "dark")
        }
        try await harness.visit(browser) { #expect($0[.theme] == "dark") }
    }

    @Test("a login whose new session cannot be stored leaves no one logged in")
    func failedLogin() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let session = try await harness.open(browser)
        harness.store.injectFault(.failing, .create)
        await #expect(throws: SessionError.self) { try await session.logIn("ada") }
        #expect(!session.isAuthenticated)
        try await harness.close(session, browser)
        #expect(browser.cookies.isEmpty)
        #expect(try await harness.count == 0)
    }

    @Test("what an operation did reaches the client although the end of the request failed")
    func cookieDespiteFailure() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        let session = try await harness.open(browser)
        try await session.logIn("ada")
        session[.views] += 1
        harness.store.injectFault(.failing, .replace)
        await #expect(throws: SessionError.self) { try await harness.close(session, browser) }
        harness.store.clearFault()
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("a stalled store costs its deadline and no more")
    func deadline() async throws {
        let harness = try StoredHarness(needsDeadline: true)
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.store.injectFault(.stalling)
        let opening = Task { try await harness.open(browser) }
        while harness.clock.sleeperCount == 0 { await Task.yield() }
        harness.clock.advance(by: .seconds(2))
        let error = await #expect(throws: SessionError.self) { _ = try await opening.value }
        #expect(error?.code == .storeUnavailable)
        #expect((error?.underlying as? SessionStoreError)?.code == .deadlineExceeded)
        harness.store.clearFault()
    }

    @Test("a request that is cancelled stops waiting for the store")
    func cancellation() async throws {
        let harness = try StoredHarness(needsDeadline: true)
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        harness.store.injectFault(.stalling)
        let opening = Task { try await harness.open(browser) }
        while harness.store.count(of: .load) == 0 { await Task.yield() }
        opening.cancel()
        await #expect(throws: CancellationError.self) { _ = try await opening.value }
        harness.store.clearFault()
    }
}
