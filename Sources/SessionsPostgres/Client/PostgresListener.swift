//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import CPostgres
import Foundation
import Logging
import Sessions
import Synchronization

/// Receives the endings that PostgreSQL publishes, on a thread of its own with a connection of its own.
///
/// The thread runs while something observes endings. It connects again after a failure and a backoff.
final class PostgresListener: Sendable {
    /// How long the thread waits for the socket before it looks whether it is still needed.
    private static let interval = Duration.seconds(1)

    private let channel: String
    private let observers = SessionEndingObservers()
    private let isRunning = Mutex(false)

    init(channel: String) {
        self.channel = channel
    }

    /// Adds an observer, and begins to listen.
    func add(_ observer: any SessionEndingObserver, for pool: PostgresPool) {
        self.observers.add(observer)
        let isFirst = self.isRunning.withLock { isRunning in
            defer { isRunning = true }
            return !isRunning
        }
        if isFirst { Thread.detachNewThread { self.run(pool) } }
    }

    private func run(_ pool: PostgresPool) {
        var backoff = ExponentialBackoff(
            first: pool.configuration.reconnectDelay,
            maximum: pool.configuration.maximumReconnectDelay,
            random: pool.random
        )
        while !self.endsRun(pool) {
            do throws(PostgresError) {
                try self.listen(pool) {
                    let level: Logger.Level = backoff.hasFailed ? .notice : .debug
                    pool.logger.log(level: level, "PostgreSQL reports the endings of sessions")
                    backoff.reset()
                }
            } catch {
                self.observers.setReporting(false)
                pool.logger.log(
                    level: backoff.hasFailed ? .debug : .warning,
                    "PostgreSQL does not report the endings of sessions, and sessions that are listened to are polled",
                    metadata: ["error": "\(error)"])
                self.pause(backoff.next(), pool)
            }
        }
    }

    /// Whether the thread is no longer needed.
    private func endsRun(_ pool: PostgresPool) -> Bool {
        self.isRunning.withLock { isRunning in
            guard pool.isShutDown || self.observers.isEmpty else { return false }
            isRunning = false
            self.observers.setReporting(false)
            return true
        }
    }

    private func pause(_ duration: Duration, _ pool: PostgresPool) {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end, !pool.isShutDown { Thread.sleep(forTimeInterval: 0.02) }
    }

    /// Listens until it is no longer needed.
    private func listen(_ pool: PostgresPool, _ onListening: () -> Void) throws(PostgresError) {
        let end = ContinuousClock.now + pool.configuration.connectDeadline
        let pollHook = { () throws(PostgresError) -> Duration in
            let left = end - .now
            guard left > .zero, !pool.isShutDown else { throw .deadlineExceeded }
            return min(left, Self.interval)
        }
        let connection = try PostgresConnection(pool.string, name: "endings", pollHook: pollHook)
        let reply = try connection.simpleQuery(
            "SELECT 1 WHERE pg_backend_pid() = \(connection.processID)", pollHook: pollHook)
        guard !reply.rows.isEmpty else {
            throw PostgresError("a pooler in transaction mode passes on no notifications")
        }
        _ = try connection.simpleQuery("LISTEN \"\(self.channel)\"", pollHook: pollHook)
        onListening()
        self.observers.setReporting(true)
        while !pool.isShutDown, !self.observers.isEmpty {
            var sockets = PollSet()
            sockets.add(connection.socket, .readable)
            if sockets.wait(atMost: Self.interval) { connection.detectDisconnect() }
            while let payload = connection.nextNotification() {
                // Another application may publish on the channel.
                if let id = SessionID(hexadecimal: payload) { self.observers.sessionMayHaveEnded(id) }
            }
            guard !connection.isBroken else { throw .closed }
        }
    }
}

extension PostgresConnection {
    /// The payload of the next notification that has arrived.
    fileprivate func nextNotification() -> String? {
        guard let notification = PQnotifies(self.handle) else { return nil }
        defer { PQfreemem(notification) }
        return notification.pointee.extra.map { String(cString: $0) }
    }
}

extension SessionID {
    /// Parses 32 hexadecimal digits.
    fileprivate init?(hexadecimal text: String) {
        guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}

extension PostgresListener: CustomReflectable {
    /// It prints nothing of what observes it.
    var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
