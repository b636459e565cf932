//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What happens to sessions, as a sequence that a task of your own reads. For an audit log use ``SessionEventLog``.
///
/// ```swift
/// let events = SessionEventStream()
/// configuration.observers = [events]
///
/// for await event in events {
///     try await tell(event)
/// }
/// ```
///
/// It keeps what happens until it is read, up to a limit, and never lets a request wait. When it is full, what
/// strangers can cause in any number gives way to the rest, and of equals the newer is lost: no attacker washes out
/// with noise what they did before it. ``droppedCount`` counts what is lost.
///
/// It is for one reader: of several, each event goes to one. Make a stream for each. When the task that reads is
/// cancelled, the events wait for the next one.
public final class SessionEventStream: SessionObserver, AsyncSequence {
    private let buffer: SessionEventBuffer

    /// Creates a stream that no event has come into yet.
    ///
    /// - Parameter limit: How many events wait at the most for their reader, at least 1. The default is 4,096. When
    ///   there are more, those that strangers can cause give way: refused tokens, and what happens to anonymous
    ///   sessions. The rest are lost only when nothing else waits.
    public init(keepingUpTo limit: Int = 4_096) {
        self.buffer = SessionEventBuffer(limit: Swift.max(1, limit))
    }

    /// How many events were lost, because too many waited or the stream has ended.
    public var droppedCount: Int { self.buffer.droppedCount }

    public func observe(_ event: SessionEvent) { self.buffer.add(event) }

    /// Ends the stream: its reader gets what is there, and then the end.
    public func finish() { self.buffer.finish() }

    public func makeAsyncIterator() -> Iterator { Iterator(buffer: self.buffer) }

    /// Reads the events in the order in which they happened.
    public struct Iterator: AsyncIteratorProtocol {
        let buffer: SessionEventBuffer

        /// The next event, when there is one; nil at the end of the stream.
        ///
        /// A task that is cancelled gets what waits, and then nil.
        public mutating func next() async -> SessionEvent? { await self.buffer.next() }
    }
}
