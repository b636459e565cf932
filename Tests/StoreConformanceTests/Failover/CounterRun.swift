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
import Sessions
import SessionsTesting
import Synchronization
import Testing

@testable import SessionsRedis

/// Many clients count in one session, until each has had so many acknowledgments, while its primary is exchanged.
///
/// What can be known of it: a request that was not acknowledged has counted once or not at all. One that was
/// acknowledged has counted, unless the primary that did it was replaced by one that had not heard of it. Of those that
/// a replica confirmed to have (`WAIT`) before the primary was gone, and of those that the new primary acknowledged,
/// none is lost.
struct CounterRun: Sendable {
    struct Tally: Sendable {
        var acknowledged = 0
        /// Answered with 503, or not at all.
        var unanswered = 0
        /// Acknowledged before a `WAIT` that a replica confirmed.
        var replicated = 0
        /// Acknowledged by the new primary.
        var afterwards = 0
        /// What went wrong in another way than with a 503.
        var wrong: [String] = []
        var isImported = false

        /// The least and the most that the counter can be.
        var bounds: ClosedRange<Int> {
            let least = self.replicated + self.afterwards
            return least...max(least, self.acknowledged + self.unanswered)
        }
    }

    private final class Shared: Sendable {
        let tally = Mutex(Tally())
    }

    let engine: SessionEngine
    let executor: any RedisReplicatedExecutor
    let cookies: HTTPFields
    /// The key of the session.
    let key: String
    private let shared = Shared()

    /// Begins a session that counts from nothing.
    init(_ store: RedisSessionStore, _ executor: any RedisReplicatedExecutor) async throws {
        var configuration = SessionConfiguration()
        configuration.storeDeadline = .seconds(5)
        self.engine = try SessionEngine(.stored(in: store), configuration: configuration)
        self.executor = executor
        let session = try await self.engine.open(
            SessionRequest(headerFields: [:], isSecure: true), logger: LogAudit.logger())
        session[.count] = 0
        session[.owner] = "counter"
        var response = HTTPFields()
        try await self.engine.close(session, response: &response)
        LogAudit.noteTokens(in: response)
        let browser = TestBrowser()
        browser.receive(response, from: "https://example.com/")
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: "https://example.com/")
        self.cookies = fields
        self.key = String(decoding: store.keys.session(try #require(session.id)).bytes, as: UTF8.self)
    }

    var slot: Int { RedisHashSlot.of(RedisArgument(self.key)) }

    /// The counter as it is.
    var count: Int {
        get async throws {
            let session = try await self.engine.open(
                SessionRequest(headerFields: self.cookies, isSecure: true), logger: LogAudit.logger())
            #expect(session[.owner] == "counter")
            return session[.count]
        }
    }

    /// Counts, and does something once so many requests were acknowledged.
    ///
    /// - Parameter event: Returns when there is a new primary, or when nothing is to change.
    func run(
        clients: Int = 64,
        each: Int = 100,
        eventAfter threshold: Int,
        _ event: @escaping @Sendable () async throws -> Void
    ) async throws -> Tally {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while self.tally.acknowledged < threshold { await Task.yield() }
                try await event()
                // A later write was done by the new primary.
                while try await self.mark() == nil { await Task.yield() }
                self.shared.tally.withLock { $0.isImported = true }
            }
            let watch = Task {
                // How much is on the replica, again and again.
                while !Task.isCancelled {
                    let acknowledged = self.tally.acknowledged
                    guard !self.tally.isImported, let replicas = try? await self.mark(), replicas > 0 else {
                        await Task.yield()
                        continue
                    }
                    // A new primary confirms only what is its own.
                    self.shared.tally.withLock {
                        if !$0.isImported { $0.replicated = max($0.replicated, acknowledged) }
                    }
                }
            }
            for _ in 0..<clients {
                group.addTask { try await self.client(each) }
            }
            try await group.waitForAll()
            watch.cancel()
            await watch.value
        }
        return self.tally
    }

    var tally: Tally { self.shared.tally.withLock { $0 } }

    private func client(_ each: Int) async throws {
        var acknowledged = 0
        while acknowledged < each {
            let isAfterwards = self.tally.isImported
            do {
                try await self.visit()
                acknowledged += 1
                self.shared.tally.withLock { tally in
                    tally.acknowledged += 1
                    if isAfterwards { tally.afterwards += 1 }
                }
            } catch let error as SessionError where [.storeUnavailable, .contention].contains(error.code) {
                self.shared.tally.withLock { $0.unanswered += 1 }
                // As visitors do who are told to come again later.
                try await Task.sleep(for: .milliseconds(100))
            } catch {
                self.shared.tally.withLock { $0.wrong.append("\(error)") }
                acknowledged += 1
            }
        }
    }

    private func visit() async throws {
        let session = try await self.engine.open(
            SessionRequest(headerFields: self.cookies, isSecure: true), logger: LogAudit.logger())
        guard session[.owner] == "counter" else { throw Wrong() }
        session[.count] += 1
        var response = HTTPFields()
        try await self.engine.close(session, response: &response)
    }

    private struct Wrong: Error {}

    /// Writes beside the session and waits for its replica.
    ///
    /// - Returns: How many replicas have it, and all that was written before; nil when it was not written.
    private func mark() async throws -> Int? {
        let key = RedisArgument("{\(self.key)}mark")
        do {
            let command = RedisCommand("SET", key, "1", key: key)
            return try await self.executor.execute(command, replicas: 1, within: .milliseconds(500)).replicaCount
        } catch is RedisError {
            return nil
        }
    }
}

extension SessionKey<Int> {
    fileprivate static var count: Self { .counter("count") }
}
#endif
