//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Foundation
import HTTPTypes
import Logging
import Sessions
import SessionsRedis
import Synchronization

/// Creates sessions in a cluster at a fixed rate, reads each of them once, and prints the cost.
/// `Benchmarks/Scripts/cluster` runs it.
@main
struct SessionLoad: AsyncParsableCommand {
    @Argument(help: "The cluster: redis-cluster://host:port,host:port")
    var url: String

    @Option(help: "How many sessions are created and read in a second.")
    var rate = 10_000

    @Option(help: "For how many seconds.")
    var seconds = 60

    @Option(help: "How many clients there are.")
    var clients = 256

    func run() async throws {
        var logger = Logger(label: "load")
        logger.logLevel = .warning
        var cluster = try RedisClusterConfiguration(url: self.url)
        cluster.server.queueLimit = 4_096
        let client = try RedisClusterClient(cluster, logger: logger)
        let engine = try SessionEngine(.stored(in: try RedisSessionStore(client)))
        _ = try await Visit(engine).run()

        let load = Load(count: self.rate * self.seconds)
        let begin = ContinuousClock.now
        let before = ProcessorTime()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<self.clients {
                group.addTask {
                    while let number = load.next() {
                        // If it is behind schedule, it runs as fast as it can.
                        let due = begin + .seconds(1) * Double(number) / Double(self.rate)
                        if due > .now { try? await Task.sleep(until: due, clock: .continuous) }
                        do {
                            load.note(try await Visit(engine).run())
                        } catch {
                            load.noteFailure(error)
                        }
                    }
                }
            }
        }
        let elapsed = ContinuousClock.now - begin
        let after = ProcessorTime()
        print(load.report(elapsed: elapsed, processor: after.seconds - before.seconds))
        await client.shutdown()
    }
}

/// A visitor who gets a session and returns with it.
private struct Visit {
    private let engine: SessionEngine
    private let logger = Logger(label: "visit") { _ in SwiftLogNoOpLogHandler() }

    init(_ engine: SessionEngine) { self.engine = engine }

    struct Lost: Error {}

    /// The time to create the session, and the time to read it.
    func run() async throws -> (create: Duration, read: Duration) {
        let clock = ContinuousClock()
        let begin = clock.now
        let session = try await self.engine.open(SessionRequest(headerFields: [:], isSecure: true), logger: self.logger)
        // The amount of data of a small site.
        session[.text] = String(repeating: "x", count: 130)
        var response = HTTPFields()
        try await self.engine.close(session, response: &response)
        let middle = clock.now
        guard let cookie = response[.setCookie]?.split(separator: ";").first else { throw Lost() }
        var fields = HTTPFields()
        fields[.cookie] = String(cookie)
        let again = try await self.engine.open(
            SessionRequest(headerFields: fields, isSecure: true), logger: self.logger)
        guard again[.text]?.utf8.count == 130 else { throw Lost() }
        var second = HTTPFields()
        try await self.engine.close(again, response: &second)
        return (middle - begin, clock.now - middle)
    }
}

/// The work to do and its results.
private final class Load: Sendable {
    private struct State {
        var next = 0
        var creates: [Duration] = []
        var reads: [Duration] = []
        var failures: [String: Int] = [:]
    }

    private let count: Int
    private let state = Mutex(State())

    init(count: Int) { self.count = count }

    func next() -> Int? {
        self.state.withLock { state in
            guard state.next < self.count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func note(_ times: (create: Duration, read: Duration)) {
        self.state.withLock { state in
            state.creates.append(times.create)
            state.reads.append(times.read)
        }
    }

    func noteFailure(_ error: any Error) {
        self.state.withLock { $0.failures["\(error)", default: 0] += 1 }
    }

    func report(elapsed: Duration, processor: Double) -> String {
        let state = self.state.withLock { $0 }
        let done = state.creates.count
        guard done > 0 else { return "Nothing was done: \(state.failures)" }
        let each = processor / Double(done) * 1_000_000
        return """
            \(done) sessions created and read in \(Self.text(elapsed)), \(Int(Double(done) / (elapsed / .seconds(1)))) a \
            second, \(state.failures.values.reduce(0, +)) failed; \(String(format: "%.1f", processor)) s of processor \
            time, \(String(format: "%.1f", each)) µs for each. Creating: \(Self.times(state.creates)). Reading: \
            \(Self.times(state.reads)).\(state.failures.isEmpty ? "" : " \(state.failures)")
            """
    }

    private static func times(_ times: [Duration]) -> String {
        let sorted = times.sorted()
        return "median \(self.text(sorted[sorted.count / 2])), p99 \(self.text(sorted[sorted.count * 99 / 100]))"
    }

    private static func text(_ duration: Duration) -> String {
        String(format: "%.2f ms", duration / .milliseconds(1))
    }
}

/// The processor time of this process.
private struct ProcessorTime {
    let seconds: Double

    init() {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        self.seconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }
}

extension SessionKey<String?> {
    fileprivate static var text: Self { .init("text") }
}
