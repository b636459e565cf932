//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import HTTPTypes
import LogAudit
import Logging
import Sessions
import SessionsTesting
import TestSupport
import Testing

/// A harness whose store is going to fail. A test moves the clock of its limits; its deadlines are real.
struct FailingHarness: TestHarness {
    /// Longer than any call to a store that fails may take, on a machine that does other things as well.
    static let patience = Duration.seconds(20)

    let clock: ManualClock
    let engine: SessionEngine
    let client = SessionClient(address: nil, userAgent: nil)

    init(_ store: any SessionStore, clock: ManualClock, deadline: Duration = .milliseconds(500)) throws {
        self.clock = clock
        var configuration = SessionConfiguration()
        configuration.clock = clock.waitingClock
        configuration.storeDeadline = deadline
        self.engine = try SessionEngine(
            .stored(in: store),
            configuration: configuration,
            transports: [AuditedTransport(CookieTransport(configuration))]
        )
    }

    var logger: Logger { LogAudit.logger() }

    /// A browser with a login, and with a value that no other session has.
    func loggedIn(_ subject: String) async throws -> TestBrowser {
        let browser = self.browser()
        try await self.visit(browser) { session in
            try await session.logIn(subject)
            session[.owner] = subject
        }
        return browser
    }

    /// Makes sure that a request is answered with 503, in time, and that its cookie is left alone.
    func expectOutage(
        _ browser: TestBrowser,
        _ comment: Comment,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ handler: (Session) async throws -> Void = { _ in }
    ) async {
        let cookies = browser.cookies.map(\.value)
        let begin = ContinuousClock.now
        let error = await #expect(throws: SessionError.self, comment, sourceLocation: sourceLocation) {
            try await self.visit(browser, handler)
        }
        #expect(error?.code == .storeUnavailable, comment, sourceLocation: sourceLocation)
        #expect(error?.retryAfter == .seconds(5), comment, sourceLocation: sourceLocation)
        #expect(browser.cookies.map(\.value) == cookies, comment, sourceLocation: sourceLocation)
        #expect(ContinuousClock.now - begin < Self.patience, comment, sourceLocation: sourceLocation)
    }

    /// Makes sure that a visitor without a session does not notice anything.
    func expectStrangerServed(_ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let begin = ContinuousClock.now
        let response = try await self.visit(self.browser()) { #expect($0.id == nil, comment) }
        #expect(response[.setCookie] == nil, comment, sourceLocation: sourceLocation)
        #expect(ContinuousClock.now - begin < Self.patience, comment, sourceLocation: sourceLocation)
    }

    /// Makes sure that the session of the subject is served, and no other.
    func expectServed(
        _ browser: TestBrowser,
        _ subject: String,
        _ comment: Comment,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await self.visit(browser) { session in
            #expect(session.subject == subject, comment, sourceLocation: sourceLocation)
            #expect(session[.owner] == subject, comment, sourceLocation: sourceLocation)
        }
    }

    /// Lets every pause after a failure pass: the circuit's, and that of a client.
    func letPausesPass() { self.clock.advance(by: .seconds(5)) }
}

extension ManualClock {
    /// This time, and real waiting: for deadlines that something real is to keep.
    var waitingClock: SessionClock {
        SessionClock(now: { self.now }, sleep: { try await Task.sleep(for: $0) })
    }
}

extension SessionKey<String?> {
    static var owner: Self { .init("owner") }
}
#endif
