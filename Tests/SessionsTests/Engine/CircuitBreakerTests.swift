//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import LogAudit
import Sessions
import SessionsTesting
import Testing

@Suite("A store that keeps failing")
struct CircuitBreakerTests {
    @Test("it is left alone after the fifth failure, and requests fail at once")
    func opening() async throws {
        let (site, browser) = try await self.siteWithLogin()
        site.store.breakDown(.failing)
        for _ in 0..<5 { await self.expectFailure(site, browser, .unavailable) }
        let calls = site.store.count(of: .load)
        for _ in 0..<100 { await self.expectFailure(site, browser, .circuitOpen) }
        #expect(site.store.count(of: .load) == calls)
    }

    @Test("requests without a token do not notice, and cookies are left alone")
    func strangers() async throws {
        let (site, browser) = try await self.siteWithLogin()
        site.store.breakDown(.failing)
        for _ in 0..<6 { _ = try? await site.open(browser) }
        let response = try await site.visit(site.browser()) { #expect($0.id == nil) }
        #expect(response[.setCookie] == nil)
        #expect(browser.token != nil)
    }

    @Test("once it is back, one request finds out after the pause, and all sessions are there")
    func closing() async throws {
        let (site, browser) = try await self.siteWithLogin()
        site.store.breakDown(.failing)
        for _ in 0..<5 { await self.expectFailure(site, browser, .unavailable) }
        site.clock.advance(by: .seconds(1))
        await self.expectFailure(site, browser, .unavailable)
        await self.expectFailure(site, browser, .circuitOpen)
        site.store.mend()
        await self.expectFailure(site, browser, .circuitOpen)
        site.clock.advance(by: .seconds(1))
        for _ in 0..<3 { try await site.visit(browser) { #expect($0.subject == "ada") } }
    }

    @Test("a frozen store costs its deadline a few times, and then nothing")
    func frozen() async throws {
        let (site, browser) = try await self.siteWithLogin(needsDeadline: true)
        site.store.breakDown(.stalling)
        let requests = (0..<5).map { _ in Task { try await site.open(browser) } }
        while site.clock.sleeperCount < 5 { await Task.yield() }
        site.clock.advance(by: .seconds(2))
        for request in requests {
            let error = await #expect(throws: SessionError.self) { _ = try await request.value }
            #expect((error?.underlying as? SessionStoreError)?.code == .deadlineExceeded)
        }
        // Nobody moves the clock any more: what waited for it would never return.
        for _ in 0..<100 { await self.expectFailure(site, browser, .circuitOpen) }
        site.store.mend()
    }

    @Test("a probe that its client gave up leaves the next request to find out")
    func abandonedProbe() async throws {
        let (site, browser) = try await self.siteWithLogin(needsDeadline: true)
        site.store.breakDown(.failing)
        for _ in 0..<5 { await self.expectFailure(site, browser, .unavailable) }
        site.clock.advance(by: .seconds(1))
        site.store.breakDown(.stalling)
        let calls = site.store.count(of: .load)
        let probe = Task { try await site.open(browser) }
        while site.store.count(of: .load) == calls { await Task.yield() }
        probe.cancel()
        await #expect(throws: CancellationError.self) { _ = try await probe.value }
        site.store.mend()
        try await site.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("requests that are given up are no failures")
    func cancellations() async throws {
        let (site, browser) = try await self.siteWithLogin(needsDeadline: true)
        site.store.breakDown(.stalling)
        for _ in 0..<20 {
            let calls = site.store.count(of: .load)
            let request = Task { try await site.open(browser) }
            while site.store.count(of: .load) == calls { await Task.yield() }
            request.cancel()
            await #expect(throws: CancellationError.self) { _ = try await request.value }
        }
        site.store.mend()
        try await site.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("a record that cannot be read is no failure of the store")
    func unreadableRecord() async throws {
        let engine = try SessionEngine(.stored(in: UnreadableStore()))
        let token = String(repeating: "A", count: 64)
        for _ in 0..<20 {
            let request = SessionRequest(headerFields: [.cookie: "__Host-session=\(token)"], isSecure: true)
            let session = try await engine.open(request, logger: LogAudit.logger())
            #expect(session.id == nil)
        }
    }

    @Test("without a breaker the store is always asked")
    func none() async throws {
        let (site, browser) = try await self.siteWithLogin { $0.circuitBreaker = .none }
        site.store.breakDown(.failing)
        for _ in 0..<50 { await self.expectFailure(site, browser, .unavailable) }
        site.store.mend()
        try await site.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("the endings of sealed sessions are asked for behind a breaker as well")
    func revocations() async throws {
        let clock = ManualClock()
        let store = FaultySubjectStore(MemorySessionStore())
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        let backend = SessionBackend.sealed(
            with: .ephemeral(), revocation: .stored(in: store, maximumAge: .zero))
        let engine = try SessionEngine(backend, configuration: configuration)
        let browser = TestBrowser(clock: clock.sessionClock)
        try await visit(engine, browser) { try await $0.logIn("ada") }
        store.faults.breakDown(.failing)
        for _ in 0..<20 { await #expect(throws: SessionError.self) { try await visit(engine, browser) { _ in } } }
        let calls = store.faults.count(of: .load)
        for _ in 0..<20 { await #expect(throws: SessionError.self) { try await visit(engine, browser) { _ in } } }
        #expect(store.faults.count(of: .load) == calls)
        store.faults.mend()
        clock.advance(by: .seconds(1))
        try await visit(engine, browser) { #expect($0.subject == "ada") }
    }

    @Test(
        "a breaker that could never open or close is refused",
        arguments: [
            SessionCircuitBreaker(failureLimit: 0), SessionCircuitBreaker(pause: .zero),
            SessionCircuitBreaker(pause: .hours(1)),
        ])
    func refused(breaker: SessionCircuitBreaker) {
        var configuration = SessionConfiguration()
        configuration.circuitBreaker = breaker
        let error = #expect(throws: SessionError.self) { try configuration.check() }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("circuitBreaker.") == true)
    }

    private func siteWithLogin(
        needsDeadline: Bool = false,
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) async throws -> (Site, TestBrowser) {
        let site = try Site(needsDeadline: needsDeadline, configure)
        let browser = site.browser()
        try await site.visit(browser) { try await $0.logIn("ada") }
        return (site, browser)
    }

    private func expectFailure(_ site: Site, _ browser: TestBrowser, _ code: SessionStoreError.Code) async {
        let error = await #expect(throws: SessionError.self) { try await site.open(browser) }
        #expect(error?.code == .storeUnavailable)
        #expect(error?.retryAfter == .seconds(5))
        #expect((error?.underlying as? SessionStoreError)?.code == code)
    }
}

private func visit(
    _ engine: SessionEngine, _ browser: TestBrowser, _ handler: (Session) async throws -> Void
) async throws {
    var fields = HTTPFields()
    browser.addCookies(to: &fields, for: "https://example.com/")
    let session = try await engine.open(
        SessionRequest(headerFields: fields, isSecure: true), logger: LogAudit.logger())
    try await handler(session)
    var response = HTTPFields()
    try await engine.close(session, response: &response)
    browser.receive(response, from: "https://example.com/")
}

/// A store whose records have all been damaged.
private struct UnreadableStore: SessionStore {
    func load(_ id: SessionID, now: Instant) async throws -> SessionLoadResult {
        throw SessionStoreError(.corruptRecord, "All is damaged.")
    }

    func create(_ record: SessionRecord, now: Instant) async throws {}

    func replace(
        _ record: SessionRecord, ifVersion version: SessionVersion, now: Instant
    ) async throws -> SessionReplaceResult { .missing }

    func touch(_ id: SessionID, _ touch: SessionTouch, now: Instant) async throws -> Bool { false }

    func end(_ id: SessionID, markedUntil: Instant, now: Instant) async throws -> Bool { false }
}
