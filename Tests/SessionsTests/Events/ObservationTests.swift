//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import CoreMetrics
import HTTPTypes
import InMemoryLogging
import InMemoryTracing
import Logging
import MetricsTestKit
import SessionsTesting
import Synchronization
import TestSupport
import Testing
import Tracing

@testable import Sessions

@Suite("Events: logs, metrics, traces and streams", .bothDrivers)
struct ObservationTests {
    /// Whatever a client may send, and a user that everything happens to.
    private func live(on harness: StoredHarness) async throws {
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada\n\"=lovelace") }
        let thief = browser.copy(in: harness)
        let token = try #require(browser.token)
        for text in [
            "x", "\u{0}", "\(token.dropLast())", "\(token.dropLast(2))zA", token + "A",
            String(repeating: "z", count: 5_000),
        ] {
            try await harness.close(try await harness.open([.cookie: "__Host-session=\(text)"]), harness.browser())
        }
        try await harness.visit(browser) { try await $0.renew() }
        harness.clock.advance(by: .minutes(6))
        try await harness.visit(browser)
        harness.clock.advance(by: .minutes(1))
        try await harness.visit(thief)
        let slow = try await harness.open(browser)
        slow[.theme] = "dark"
        try await harness.visit(browser) { try await $0.logIn("alan") }
        try await harness.close(slow, harness.browser())
        harness.store.injectFault(.failing)
        await #expect(throws: SessionError.self) { try await harness.open(browser) }
        harness.store.clearFault()
        try await harness.visit(browser) { try await $0.logOut() }
    }

    private func makeHarness(_ observers: any SessionObserver...) throws -> StoredHarness {
        try StoredHarness {
            $0.renewal = SessionRenewal(after: .minutes(5), grace: .seconds(10))
            $0.observers = observers
        }
    }

    @Test("no event has a secret in it, however it is printed, and no name breaks its line")
    func noSecrets() async throws {
        let recorder = EventRecorder()
        let harness = try self.makeHarness(recorder)
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let token = try #require(browser.token)
        try await harness.visit(browser) { try await $0.logIn("ada") }
        try await self.live(on: harness)
        let events = recorder.take()
        #expect(events.count > 10)
        for event in events {
            var dumped = ""
            dump(event, to: &dumped)
            for text in ["\(event)", String(reflecting: event), dumped] {
                #expect(!text.contains(token) && !text.contains(token.suffix(21)))
                #expect(!text.contains("192.0.2.1") && !text.contains("TestBrowser"), "nor what is known of the client")
            }
            #expect(!"\(event)".contains("\n"))
        }
    }

    @Test("the description of an event is one line with what there is")
    func description() {
        let (id, other) = (SessionID(high: 1, low: 2), SessionID(high: 3, low: 4))
        let now = SessionInstant(millisecondsSince1970: 0)
        let all = SessionEvent(
            .suspicious, reason: .severalTokens, sessionID: id, otherSessionIDs: [other], subject: "a\"\nb",
            errorCode: "unavailable", time: now)
        #expect(
            "\(all)"
                == #"suspicious reason=several_tokens session=\#(id) others=\#(other) subject="a\"\nb" error=unavailable"#
        )
        #expect("\(SessionEvent(.created, time: now))" == "created")
    }

    @Test("the log has each event once, with its level, and users are not named in it")
    func logs() async throws {
        let recorder = EventRecorder()
        let harness = try self.makeHarness(recorder)
        try await self.live(on: harness)
        let lines = harness.logs.entries.filter { "\($0.message)" != "Session closed" }
        let events = recorder.take()
        #expect(lines.count == events.count)
        for (line, event) in zip(lines, events) {
            #expect(line.metadata["session.id"].map { "\($0)" } == event.sessionID.map { "\($0)" })
            #expect(line.metadata["session.reason"].map { "\($0)" } == event.reason.map { "\($0)" })
            #expect(line.metadata["error"] != nil || event.errorCode == nil)
            #expect(!"\(line.message) \(line.metadata)".contains("ada"))
        }
        let levels = Dictionary(grouping: zip(events, lines), by: \.0.name).mapValues { Set($0.map(\.1.level)) }
        #expect(levels["suspicious/replayed_secret"] == nil, "a login by itself has no renewed secret to come back")
        #expect(levels["logged_in"] == [.debug] && levels["ended/login"] == [.debug])
        #expect(levels["refused/wrong_secret"] == [.info] && levels["refused/ended_meanwhile"] == [.debug])
        #expect(levels["store_failed/opening"] == [.error])
    }

    @Test("where no one listens no event is made, and the clock is not read")
    func noObservers() {
        let readings = Mutex(0)
        var configuration = SessionConfiguration()
        configuration.clock = SessionClock(
            now: {
                readings.withLock { $0 += 1 }
                return SessionInstant(millisecondsSince1970: 0)
            },
            sleep: { _ in }
        )
        var logger = Logger(label: "test") { _ in InMemoryLogHandler() }
        logger.logLevel = .info
        let (request, environment) = (SessionRequest(headerFields: [:]), EngineEnvironment(configuration))
        configuration.report(
            .created, nil, SessionID(high: 1, low: 1), subject: "ada", from: EventOrigin(request, logger, environment)
        )
        configuration.report(.ended, .everything)
        #expect(readings.withLock { $0 } == 0)
        logger.logLevel = .debug
        configuration.report(.created, from: EventOrigin(request, logger, environment))
        configuration.observers = [EventRecorder()]
        configuration.report(.ended, .everything)
        #expect(readings.withLock { $0 } == 2)
    }

    @Test("metrics count events under labels of a fixed set, whatever clients send, and make each counter once")
    func metrics() async throws {
        let factory = TestMetrics()
        let recorder = EventRecorder()
        let harness = try self.makeHarness(SessionMetrics(factory: factory), recorder)
        for _ in 0..<3 { try await self.live(on: harness) }
        let expected = Dictionary(grouping: recorder.take(), by: \.name).mapValues(\.count)
        var counted: [String: Int] = [:]
        for counter in factory.counters(label: "sessions.events") {
            #expect(counter.dimensions.map(\.0) == ["kind", "reason"])
            let (kind, reason) = (counter.dimensions[0].1, counter.dimensions[1].1)
            let name = reason == "none" ? kind : "\(kind)/\(reason)"
            #expect(counted[name] == nil, "made once")
            counted[name] = Int(counter.totalValue)
        }
        #expect(counted.filter { $0.value > 0 } == expected)
        #expect(Set(counted.keys).isSuperset(of: ["logged_in", "refused/malformed", "refused/wrong_secret"]))
    }

    @Test("the counters of rare events that need attention begin with zero, so that the first one is an increase")
    func rareEvents() {
        let factory = TestMetrics()
        _ = SessionMetrics(factory: factory)
        let names = factory.counters(label: "sessions.events").map { $0.dimensions.map(\.1).joined(separator: "/") }
        #expect(Set(names).isSuperset(of: ["suspicious/replayed_secret", "unbound_use/overdue", "new_device/none"]))
        #expect(factory.counters.allSatisfy { $0.totalValue == 0 })
    }

    @Test("with a tracer the beginning and the end of a request have spans, and what happens is in the span under way")
    func traces() async throws {
        let tracer = InMemoryTracer()
        let harness = try StoredHarness { $0.tracer = tracer }
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            try await tracer.withSpan("handler") { _ in try await session.logIn("ada") }
        }
        try await harness.close(try await harness.open([.cookie: "__Host-session=x"]), harness.browser())
        let spans = tracer.finishedSpans
        #expect(
            spans.map(\.operationName)
                == ["session.open", "handler", "session.close", "session.open", "session.close"])
        #expect(spans[1].events.map(\.name) == ["session.created", "session.logged_in"])
        #expect(spans[2].events.isEmpty)
        #expect(spans[3].events.map(\.name) == ["session.refused"])
        #expect(spans[3].events[0].attributes.get("session.reason") == .string("malformed"))
        #expect(spans[0].attributes.get("session.resolution") == .string("no token"))
        let id = try await harness.open(browser).id
        #expect(spans[2].attributes.get("session.id") == id.map { .string("\($0)") })
        #expect(spans.allSatisfy { $0.attributes.get("session.subject") == nil && $0.errors.isEmpty })
        harness.store.injectFault(.failing)
        tracer.clearFinishedSpans()
        await #expect(throws: SessionError.self) { try await harness.open(browser) }
        #expect(tracer.finishedSpans.map { $0.status?.code } == [.error])
        #expect(tracer.finishedSpans[0].events.map(\.name) == ["session.store_failed"])
    }

    @Test("a stream that no one reads keeps what came first, counts the rest, and lets no request wait")
    func slowSubscriber() async throws {
        let stream = SessionEventStream(keepingUpTo: 3)
        let harness = try self.makeHarness(stream)
        for _ in 0..<10 { try await harness.visit(harness.browser()) { try await $0.logIn("ada") } }
        #expect(stream.droppedCount == 17)
        stream.finish()
        var names: [String] = []
        for await event in stream { names.append(event.name) }
        #expect(names == ["created", "logged_in", "created"])
    }

    @Test("a stream that is read loses nothing, in the order in which it happened")
    func subscriber() async throws {
        let (stream, recorder) = (SessionEventStream(keepingUpTo: 0), EventRecorder())
        let harness = try self.makeHarness(recorder, stream)
        let browser = harness.browser()
        var read: [SessionEvent] = []
        var iterator = stream.makeAsyncIterator()
        for _ in 0..<5 {
            try await harness.visit(browser) { $0[.views] += 1 }
            if read.isEmpty, let event = await iterator.next() { read.append(event) }
        }
        try await harness.visit(browser) { try await $0.logOut() }
        if let event = await iterator.next() { read.append(event) }
        #expect(read.map(\.name) == ["created", "ended/logged_out"])
        #expect(read == recorder.take())
        #expect(stream.droppedCount == 0)
    }

    @Test("when the task that reads is cancelled, what comes after waits for the next one")
    func cancelledSubscriber() async throws {
        let stream = SessionEventStream()
        let reader = Task {
            var count = 0
            for await _ in stream { count += 1 }
            return count
        }
        reader.cancel()
        #expect(await reader.value == 0)
        let harness = try self.makeHarness(stream)
        try await harness.visit(harness.browser()) { $0[.views] += 1 }
        #expect(stream.droppedCount == 0)
        var iterator = stream.makeAsyncIterator()
        #expect(await iterator.next()?.name == "created")
    }

    @Test("what strangers cause gives way when the stream is full, so that noise washes out nothing")
    func noise() async throws {
        let stream = SessionEventStream(keepingUpTo: 4)
        let harness = try self.makeHarness(stream)
        for _ in 0..<20 { try await harness.visit(harness.browser(planted: String(repeating: "A", count: 64))) }
        #expect(stream.droppedCount == 16)
        try await harness.visit(harness.browser()) { try await $0.logIn("ada") }
        for _ in 0..<20 { try await harness.visit(harness.browser(planted: String(repeating: "A", count: 64))) }
        #expect(stream.droppedCount == 38)
        stream.finish()
        stream.observe(SessionEvent(.suspicious, time: harness.clock.now))
        #expect(stream.droppedCount == 39, "what comes after the end is lost")
        var names: [String] = []
        for await event in stream { names.append(event.name) }
        #expect(names == ["refused/unknown", "refused/unknown", "created", "logged_in"])
    }
}
