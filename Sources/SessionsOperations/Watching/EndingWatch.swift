//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
package import Sessions
import SessionsSQLite

/// The endings of sessions, as a store reports them.
package struct EndingWatch: Sendable {
    package enum Event: Sendable, Equatable {
        /// The endings of all processes are reported from now on.
        case watching
        /// The connection is lost. Endings are missed until the next ``watching``.
        case interrupted
        /// A session has ended.
        case ended(SessionID)
    }

    private let store: any SessionEndingNotifier

    /// - Throws: ``OperationError`` with the code `configuration` for a store that does not say which sessions end.
    package init(_ store: any SessionStore) throws(OperationError) {
        // Another process's change of a file says that something has ended, and not what.
        guard let notifier = store as? any SessionEndingNotifier, !(store is SQLiteSessionStore) else {
            throw OperationError(
                .configuration,
                "This store does not say which sessions end. Watch a Redis, a Valkey or a PostgreSQL, or list again."
            )
        }
        self.store = notifier
    }

    /// Calls a body for each event, until it throws or the task is cancelled.
    package func run(_ body: (Event) async throws -> Void) async throws {
        // A reader that does not keep up misses the oldest of so many.
        let (events, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(100_000))
        let observer = Observer(continuation)
        self.store.addEndingObserver(observer)
        for await event in events {
            // A report is a hint: a session may have ended.
            if case .ended(let id) = event, try await self.isLive(id) { continue }
            try await body(event)
        }
        withExtendedLifetime(observer) {}
    }

    private func isLive(_ id: SessionID) async throws -> Bool {
        if case .found = try await self.store.load(id, now: SessionClock.system.now) { true } else { false }
    }

    private final class Observer: SessionEndingObserver {
        private let continuation: AsyncStream<Event>.Continuation

        init(_ continuation: AsyncStream<Event>.Continuation) {
            self.continuation = continuation
        }

        func sessionMayHaveEnded(_ id: SessionID) { self.continuation.yield(.ended(id)) }

        func anySessionMayHaveEnded() {}

        func reportsEndings(_ isReporting: Bool) { self.continuation.yield(isReporting ? .watching : .interrupted) }
    }
}
#endif
