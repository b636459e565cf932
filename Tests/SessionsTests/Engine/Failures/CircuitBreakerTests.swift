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
import Synchronization
import TestSupport
import Testing

@Suite("A store that keeps failing", .asynchronousDriver)
struct CircuitBreakerTests {
    @Test("it is left alone after the fifth failure, and requests fail at once")
    func opening() async throws {
        let (harness, browser) = try await self.harnessWithLogin()
        harness.store.injectFault(.failing)
        for _ in 0..<5 { await self.expectFailure(harness, browser, .unavailable) }
        let calls = harness.store.count(of: .load)
        for _ in 0..<100 { await self.expectFailure(harness, browser, .circuitOpen) }
        #expect(harness.store.count(of: .load) == calls)
    }

    @Test("writes that fail close no reads, and reads that fail no writes")
    func readsAndWrites() async throws {
        let (harness, browser) = try await self.harnessWithLogin()
        harness.store.injectFault(.failing, [.create, .replace, .touch, .end])
        for _ in 0..<20 {
            let session = try await harness.open(browser)
            session[.views] += 1
            await #expect(throws: SessionError.self) { try await harness.close(session, browser) }
        }
        for _ in 0..<3 { try await harness.visit(browser) { #expect($0.subject == "ada") } }
        harness.store.injectFault(.failing, .load)
        for _ in 0..<20 { _ = try? await harness.open(browser) }
        harness.clock.advance(by: .seconds(1))
        try await harness.visit(harness.browser()) { $0[.views] += 1 }
    }

    @Test("a part of the store that fails closes no other part, and a busy record closes nothing")
    func parts() async throws {
        let clock = ManualClock()
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        let ids = Mutex([3, 2, 1].map { SessionID(high: $0, low: 0) })
        configuration.makeSessionID = { _ in ids.withLock { $0.popLast() } ?? SessionID(high: 9, low: 0) }
        let store = PartitionedStore()
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let browsers = (0..<3).map { _ in TestBrowser(clock: clock.sessionClock) }
        func count(_ browser: TestBrowser) async throws -> Int {
            var (request, response) = (HTTPFields(), HTTPFields())
            browser.addCookies(to: &request, for: "https://example.com")
            let session = try await engine.open(SessionRequest(headerFields: request), logger: LogAudit.logger())
            session[.views] += 1
            try await engine.close(session, response: &response)
            browser.receive(response, from: "https://example.com")
            return session[.views]
        }
        func code(_ browser: TestBrowser) async -> SessionStoreError.Code? {
            let error = await #expect(throws: SessionError.self) { _ = try await count(browser) }
            return (error?.underlying as? SessionStoreError)?.code
        }
        for browser in browsers { #expect(try await count(browser) == 1) }
        store.fail(part: 1)
        store.fail(part: 2, with: .recordBusy)
        for _ in 0..<5 { #expect(await code(browsers[0]) == .unavailable) }
        #expect(await code(browsers[0]) == .circuitOpen)
        for _ in 0..<20 { #expect(await code(browsers[1]) == .recordBusy) }
        for expected in 2...20 { #expect(try await count(browsers[2]) == expected) }
    }

    @Test("requests without a token do not notice, and cookies are left alone")
    func strangers() async throws {
        let (harness, browser) = try await self.harnessWithLogin()
        harness.store.injectFault(.failing)
        for _ in 0..<6 { _ = try? await harness.open(browser) }
        let response = try await harness.visit(harness.browser()) { #expect($0.id == nil) }
        #expect(response[.setCookie] == nil)
        #expect(browser.token != nil)
    }

    @Test("once it is back, one request finds out after the pause, and all sessions are there")
    func closing() async throws {
        let (harness, browser) = try await self.harnessWithLogin()
        harness.store.injectFault(.failing)
        for _ in 0..<5 { await self.expectFailure(harness, browser, .unavailable) }
        harness.clock.advance(by: .seconds(1))
        await self.expectFailure(harness, browser, .unavailable)
        await self.expectFailure(harness, browser, .circuitOpen)
        harness.store.clearFault()
        await self.expectFailure(harness, browser, .circuitOpen)
        harness.clock.advance(by: .seconds(1))
        for _ in 0..<3 { try await harness.visit(browser) { #expect($0.subject == "ada") } }
    }

    @Test("a frozen store costs its deadline a few times, and then nothing")
    func frozen() async throws {
        let (harness, browser) = try await self.harnessWithLogin(needsDeadline: true)
        harness.store.injectFault(.stalling)
        let requests = (0..<5).map { _ in Task { try await harness.open(browser) } }
        while harness.clock.sleeperCount < 5 { await Task.yield() }
        harness.clock.advance(by: .seconds(2))
        for request in requests {
            let error = await #expect(throws: SessionError.self) { _ = try await request.value }
            #expect((error?.underlying as? SessionStoreError)?.code == .deadlineExceeded)
        }
        // The clock no longer moves: a call that waited for it would never return.
        for _ in 0..<100 { await self.expectFailure(harness, browser, .circuitOpen) }
        harness.store.clearFault()
    }

    @Test("a probe that its client gave up leaves the next request to find out")
    func abandonedProbe() async throws {
        let (harness, browser) = try await self.harnessWithLogin(needsDeadline: true)
        harness.store.injectFault(.failing)
        for _ in 0..<5 { await self.expectFailure(harness, browser, .unavailable) }
        harness.clock.advance(by: .seconds(1))
        harness.store.injectFault(.stalling)
        let calls = harness.store.count(of: .load)
        let probe = Task { try await harness.open(browser) }
        while harness.store.count(of: .load) == calls { await Task.yield() }
        probe.cancel()
        await #expect(throws: CancellationError.self) { _ = try await probe.value }
        harness.store.clearFault()
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("requests that are given up are no failures")
    func cancellations() async throws {
        let (harness, browser) = try await self.harnessWithLogin(needsDeadline: true)
        harness.store.injectFault(.stalling)
        for _ in 0..<20 {
            let calls = harness.store.count(of: .load)
            let request = Task { try await harness.open(browser) }
            while harness.store.count(of: .load) == calls { await Task.yield() }
            request.cancel()
            await #expect(throws: CancellationError.self) { _ = try await request.value }
        }
        harness.store.clearFault()
        try await harness.visit(browser) { #expect($0.subject == "ada") }
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
    func withoutBreaker() async throws {
        let (harness, browser) = try await self.harnessWithLogin { $0.circuitBreaker = .none }
        harness.store.injectFault(.failing)
        for _ in 0..<50 { await self.expectFailure(harness, browser, .unavailable) }
        harness.store.clearFault()
        try await harness.visit(browser) { #expect($0.subject == "ada") }
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
        store.faults.injectFault(.failing)
        for _ in 0..<20 { await #expect(throws: SessionError.self) { try await visit(engine, browser) { _ in } } }
        let calls = store.faults.count(of: .load)
        for _ in 0..<20 { await #expect(throws: SessionError.self) { try await visit(engine, browser) { _ in } } }
        #expect(store.faults.count(of: .load) == calls)
        store.faults.clearFault()
        clock.advance(by: .seconds(1))
        try await visit(engine, browser) { #expect($0.subject == "ada") }
    }

    @Test("a store that answers without waiting is asked all the same: it costs a request no time")
    func synchronousStore() async throws {
        try await EngineDriver.$current.withValue(.synchronous) {
            let (harness, browser) = try await self.harnessWithLogin()
            harness.store.injectFault(.failing)
            for _ in 0..<5 { await self.expectFailure(harness, browser, .unavailable) }
            harness.store.clearFault()
            try await harness.visit(browser) { #expect($0.subject == "ada") }
        }
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

    private func harnessWithLogin(
        needsDeadline: Bool = false,
        _ configure: (inout SessionConfiguration) -> Void = { _ in }
    ) async throws -> (StoredHarness, TestBrowser) {
        let harness = try StoredHarness(needsDeadline: needsDeadline, configure)
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        return (harness, browser)
    }

    private func expectFailure(_ harness: StoredHarness, _ browser: TestBrowser, _ code: SessionStoreError.Code) async {
        let error = await #expect(throws: SessionError.self) { try await harness.open(browser) }
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
