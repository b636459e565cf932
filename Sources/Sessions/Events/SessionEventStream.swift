//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// What happens to sessions, as a sequence that a task of your own reads: for an audit log.
///
/// ```swift
/// let events = SessionEventStream()
/// configuration.observers = [events]
///
/// for await event in events {
///     try await auditLog.write(event)
/// }
/// ```
///
/// It keeps what happens until it is read, up to a limit, and never lets a request wait. **Of what comes when it is full
/// nothing is kept**, and ``droppedCount`` counts it: what was there stays, so that nobody can wash out what they did by
/// making noise after it.
///
/// It is for one reader: of several, each event goes to one. Make a stream for each. When the task that reads is
/// cancelled, the stream is over, and all that comes after counts as dropped.
public final class SessionEventStream: SessionObserver, AsyncSequence {
    private let stream: AsyncStream<SessionEvent>
    private let continuation: AsyncStream<SessionEvent>.Continuation
    private let dropped = Atomic(0)

    /// Creates a stream that nothing has come into yet.
    ///
    /// - Parameter limit: How many events wait at the most for their reader, at least 1. The default is 4,096.
    public init(keepingUpTo limit: Int = 4_096) {
        (self.stream, self.continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Swift.max(1, limit)))
    }

    /// How many events were lost, because there were too many or nobody reads any more.
    public var droppedCount: Int { self.dropped.load(ordering: .relaxed) }

    public func observe(_ event: SessionEvent) {
        guard case .enqueued = self.continuation.yield(event) else {
            self.dropped.wrappingAdd(1, ordering: .relaxed)
            return
        }
    }

    /// Ends the stream: its reader gets what is there, and then the end.
    public func finish() { self.continuation.finish() }

    public func makeAsyncIterator() -> AsyncStream<SessionEvent>.Iterator {
        self.stream.makeAsyncIterator()
    }
}
