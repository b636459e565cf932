//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import InMemoryLogging
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Sessions
import SessionsTesting
import Synchronization
import Testing

@Suite("The audit log of events")
struct SessionEventLogTests {
    private let logs = InMemoryLogHandler()
    private var logger: Logger { Logger(label: "audit") { [logs] _ in logs } }

    private func event(_ number: Int) -> SessionEvent {
        SessionEvent(.loggedIn, subject: "user \(number)", time: SessionInstant(millisecondsSince1970: Int64(number)))
    }

    @Test("a graceful shutdown writes the 200 events that wait, however slow the writer is")
    func drains() async throws {
        let stream = SessionEventStream()
        let lines = Mutex<[String]>([])
        let log = SessionEventLog(stream, logger: self.logger) { line in
            await Task.yield()
            lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }
        for number in 0..<200 { stream.observe(self.event(number)) }
        try await testGracefulShutdown { trigger in
            trigger.triggerGracefulShutdown()
            try await log.run()
        }
        let written = lines.withLock { $0 }
        #expect(written.count == 200)
        #expect(written[199] == #"{"kind":"logged_in","subject":"user 199","time":"1970-01-01T00:00:00.199Z"}"# + "\n")
        #expect(stream.droppedCount == 0)
        #expect(self.logs.entries.isEmpty)
    }

    @Test("a logger gets each event with its members as metadata, escaped")
    func logger() async throws {
        let stream = SessionEventStream()
        let audit = InMemoryLogHandler()
        let log = SessionEventLog(
            stream, writingTo: Logger(label: "events") { _ in audit }, level: .notice, logger: self.logger)
        let (id, other) = (SessionID(high: 1, low: 2), SessionID(high: 3, low: 4))
        stream.observe(
            SessionEvent(
                .refused, reason: .crossSite, sessionID: id, otherSessionIDs: [other], subject: "ada\nroot",
                errorCode: "crossSite", client: SessionClient(address: "192.0.2.1", userAgent: "a\u{1B}[2J"),
                time: SessionInstant(millisecondsSince1970: 0)))
        stream.observe(self.event(1))
        stream.finish()
        try await log.run()
        #expect(audit.entries.map(\.message) == ["Session event", "Session event"])
        #expect(audit.entries.map(\.level) == [.notice, .notice])
        #expect(
            audit.entries.first?.metadata == [
                "session.time": "1970-01-01T00:00:00.000Z", "session.kind": "refused", "session.reason": "cross_site",
                "session.session": "\(id)", "session.others": "\(other)",
                "session.subject": "\(UntrustedText.escaped("ada\nroot"))", "session.error": "crossSite",
                "session.address": "192.0.2.1", "session.agent": "\(UntrustedText.escaped("a\u{1B}[2J"))",
            ])
        #expect(audit.entries.last?.metadata.count == 3)
        #expect(!UntrustedText.escaped("ada\nroot").contains("\n"))
    }

    @Test("an event that cannot be written is in the log, and the next one is written")
    func failures() async throws {
        struct DiskFull: Error {}
        let stream = SessionEventStream(keepingUpTo: 2)
        let count = Mutex(0)
        let log = SessionEventLog(stream, logger: self.logger) { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number == 1 { throw DiskFull() }
        }
        for number in 0..<3 { stream.observe(self.event(number)) }
        stream.finish()
        try await log.run()
        #expect(count.withLock { $0 } == 2)
        #expect(
            self.logs.entries.map { "\($0.message)" } == [
                "A session event could not be written", "Session events were lost",
            ])
        #expect(self.logs.entries.last?.metadata["session.dropped"] == "1")
    }

    @Test("a file that cannot be written to is refused when the log is made")
    func refused() {
        let error = #expect(throws: SessionError.self) {
            try SessionEventLog(SessionEventStream(), appendingTo: "/nowhere/audit.jsonl", logger: self.logger)
        }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("/nowhere/audit.jsonl") == true)
    }
}
