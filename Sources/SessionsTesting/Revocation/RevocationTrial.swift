//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging
import Sessions
import Synchronization

/// Runs one operation on one of two servers, with each of its writes lost in turn.
final class RevocationTrial: Sendable {
    private static let origin = "https://example.com/"

    let operation: RevocationOperation
    let servers: [SessionEngine]
    private let faults: WriteLosingStore
    private let clock = ManualClock()
    private let check: ConformanceCheck
    /// The browser that requests the operation. Each attempt starts with a new one.
    private let browser: TestBrowser

    init(_ operation: RevocationOperation, store: any SubjectSessionStore, check: ConformanceCheck) throws {
        let faults = WriteLosingStore(store)
        var configuration = SessionConfiguration()
        configuration.clock = self.clock.sessionClock
        configuration.circuitBreaker = .none
        // A long deadline, so that a busy machine does not fail the test.
        configuration.storeDeadline = .seconds(30)
        let keyring = SecretKeyring.ephemeral()
        self.servers = try [faults, WriteLosingStore(store)].map { [configuration] store in
            try SessionEngine(.sealed(with: keyring, revocation: .stored(in: store)), configuration: configuration)
        }
        (self.operation, self.faults, self.check) = (operation, faults, check)
        self.browser = TestBrowser(clock: self.clock.sessionClock)
    }

    /// The id of the browser's session before the operation.
    var id: SessionID? { self.formerID.withLock { $0 } }
    private let formerID = Mutex<SessionID?>(nil)

    /// A version of credentials that is newer than every session's. The clock advances with each loss.
    var version: Int { Int(self.clock.now.millisecondsSince1970) }

    /// Sends a request of the browser to the first server.
    func visit(_ handler: (Session) async throws -> Void) async throws {
        try await self.visit(self.browser, server: 0, handler)
    }

    func run(prefill: Int = 0) async throws {
        for _ in 0..<prefill {
            try await self.servers[0].revoke(SessionID(high: .random(in: 0...(.max)), low: .random(in: 0...(.max))))
        }
        for loss in [WriteLosingStore.Loss.ofWrite, .ofReply] {
            var position = 1
            while try await self.loses(loss, at: position) { position += 1 }
            try self.check.expect(position > 1, "the operation writes nothing")
        }
    }

    /// Runs the operation once, with a loss.
    ///
    /// - Returns: Whether there was a write to lose.
    private func loses(_ loss: WriteLosingStore.Loss, at position: Int) async throws -> Bool {
        let (other, stranger) = (
            TestBrowser(clock: self.clock.sessionClock), TestBrowser(clock: self.clock.sessionClock)
        )
        for (browser, subject) in [(self.browser, "ada"), (other, "ada"), (stranger, "alan")] {
            try await self.visit(browser, server: 0) { try await $0.logIn(subject) }
        }
        let copies: [(RevocationOperation.Holder, TestBrowser)] =
            [(.own, self.copy(self.browser)), (.other, self.copy(other)), (.stranger, self.copy(stranger))]
        let id = try await self.open(self.browser, server: 0).id
        self.formerID.withLock { $0 = id }
        // Gives both servers the current state.
        for server in 0...1 { try await self.visit(stranger, server: server) { _ in } }
        let lost = loss == .ofWrite ? "write" : "the reply to write"
        let what = "\(self.operation.name), when \(lost) \(position) is lost"
        self.faults.lose(loss, at: position)
        try await self.runUntilItReturns(what)
        let didLose = self.faults.reset()
        self.clock.advance(by: .seconds(1))
        for server in [0, 1] {
            for (holder, copy) in copies {
                let session = try await self.open(copy, server: server)
                let isOpen = session.subject != nil
                try self.check.expect(
                    isOpen != self.operation.ends.contains(holder),
                    "\(what): afterwards the cookie of \(holder) opens \(isOpen ? "its session" : "nothing") on server \(server)"
                )
            }
        }
        let hasCookie = !self.browser.cookies.isEmpty
        try self.check.expect(!self.operation.clearsCookie || !hasCookie, "\(what): the browser still has a cookie")
        return didLose
    }

    private func runUntilItReturns(_ what: String) async throws {
        for _ in 0..<3 {
            do {
                return try await self.operation.run(self)
            } catch let error as SessionError where error.code == .storeUnavailable {}
        }
        throw self.check.failure("\(what): it does not complete when it is tried again")
    }

    private func copy(_ browser: TestBrowser) -> TestBrowser {
        let copy = TestBrowser(clock: self.clock.sessionClock)
        for cookie in browser.cookies { copy.plant(cookie) }
        return copy
    }

    private func open(_ browser: TestBrowser, server: Int) async throws -> Session {
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: Self.origin)
        let request = SessionRequest(headerFields: fields, isSecure: true)
        let logger = Logger(label: "revocation") { _ in SwiftLogNoOpLogHandler() }
        return try await self.servers[server].open(request, logger: logger)
    }

    private func visit(
        _ browser: TestBrowser,
        server: Int,
        _ handler: (Session) async throws -> Void
    ) async throws {
        let session = try await self.open(browser, server: server)
        var response = HTTPFields()
        defer { browser.receive(response, from: Self.origin) }
        do {
            try await handler(session)
        } catch {
            // The handler's error is the result. The header fields are sent anyway.
            try? await self.servers[server].close(session, outcome: .failed, response: &response)
            throw error
        }
        try await self.servers[server].close(session, response: &response)
    }
}
