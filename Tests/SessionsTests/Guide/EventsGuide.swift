//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import ServiceLifecycle
import Synchronization
import Testing

// The code of the article "Events".

/// Writes what happens to sessions into the audit log, for as long as the application runs.
struct AuditLog: Service {
    let events: SessionEventStream
    let write: @Sendable (SessionEvent) async throws -> Void

    func run() async throws {
        for await event in self.events.cancelOnGracefulShutdown() {
            try await self.write(event)
        }
    }
}

/// Rings somebody up when a session may have been stolen.
struct AlarmBell: SessionObserver {
    let ring: @Sendable (SessionEvent) -> Void

    func observe(_ event: SessionEvent) {
        if event.kind == .suspicious { self.ring(event) }
    }
}

@Suite("The article on events")
struct EventsGuideTests {
    @Test("the audit log of the article has what happened, and the bell rings for what is suspicious")
    func auditLog() async throws {
        let rung = Mutex<[SessionEvent.Reason?]>([])
        let written = Mutex<[SessionEvent]>([])
        let (events, ring): (SessionEventStream, @Sendable (SessionEvent) -> Void) = (
            SessionEventStream(), { event in rung.withLock { $0.append(event.reason) } }
        )
        var configuration = SessionConfiguration()
        configuration.observers = [events, SessionMetrics(), AlarmBell(ring: ring)]
        let now = Instant(millisecondsSince1970: 0)
        for observer in configuration.observers {
            observer.observe(SessionEvent(.created, time: now))
            observer.observe(SessionEvent(.suspicious, reason: .replayedSecret, time: now))
        }
        events.finish()
        try await AuditLog(events: events) { event in written.withLock { $0.append(event) } }.run()
        #expect(written.withLock { $0.map(\.kind) } == [.created, .suspicious])
        #expect(rung.withLock { $0 } == [.replayedSecret])
    }
}
