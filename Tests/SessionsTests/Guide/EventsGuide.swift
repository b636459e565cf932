//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Logging
import ServiceLifecycle
import Sessions
import Synchronization
import Testing

// The code of the article "Events".

/// Notes what happens to sessions in a file, one line of JSON for each event.
func makeAuditLog(
    at path: String,
    for configuration: inout SessionConfiguration,
    logger: Logger
) throws -> SessionEventLog {
    let events = SessionEventStream()
    configuration.observers.append(events)
    return try SessionEventLog(events, appendingTo: path, logger: logger)
}

/// Counts the logins of each user until the stream ends.
func countLogins(_ events: SessionEventStream) async -> [String: Int] {
    var counts: [String: Int] = [:]
    for await event in events where event.kind == .loggedIn {
        guard let user = event.subject else { continue }
        counts[user, default: 0] += 1
    }
    return counts
}

/// Raises an alarm when a session may have been stolen.
struct AlarmBell: SessionObserver {
    let ring: @Sendable (SessionEvent) -> Void

    func observe(_ event: SessionEvent) {
        if event.kind == .suspicious { self.ring(event) }
    }
}

@Suite("The article on events")
struct EventsGuideTests {
    @Test("the stream of the article counts the logins of each user")
    func stream() async throws {
        let events = SessionEventStream()
        let now = SessionInstant(millisecondsSince1970: 0)
        for kind in [SessionEvent.Kind.loggedIn, .created, .loggedIn, .ended] {
            events.observe(SessionEvent(kind, subject: "ada", time: now))
        }
        events.finish()
        #expect(await countLogins(events) == ["ada": 2])
    }

    @Test("the audit log of the article has what happened, and the bell rings for what is suspicious")
    func auditLog() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID()).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let rung = Mutex<[SessionEvent.Reason?]>([])
        var configuration = SessionConfiguration()
        let ring: @Sendable (SessionEvent) -> Void = { event in rung.withLock { $0.append(event.reason) } }
        configuration.observers = [SessionMetrics(), AlarmBell(ring: ring)]
        let log = try makeAuditLog(at: path, for: &configuration, logger: Logger(label: "audit"))
        let now = SessionInstant(millisecondsSince1970: 0)
        for observer in configuration.observers {
            observer.observe(SessionEvent(.created, subject: "ada\n", time: now))
            observer.observe(SessionEvent(.suspicious, reason: .replayedSecret, time: now))
            (observer as? SessionEventStream)?.finish()
        }
        try await log.run()
        #expect(
            try String(contentsOfFile: path, encoding: .utf8) == #"""
                {"kind":"created","subject":"ada\n","time":"1970-01-01T00:00:00.000Z"}
                {"kind":"suspicious","reason":"replayed_secret","time":"1970-01-01T00:00:00.000Z"}

                """#)
        #expect(rung.withLock { $0 } == [.replayedSecret])
    }
}
