//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Session events as a sequence that your own task reads. For an audit log use ``SessionEventLog``.
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
/// It keeps events until they are read, up to a limit, and never delays a request. When it is full, events that anyone
/// can cause are dropped before the rest, and among equals the newer is dropped: an attacker cannot flood out the
/// events of an earlier attack. ``droppedCount`` counts dropped events.
///
/// It is for one reader: with several, each event goes to only one. Create a stream for each. When the reading task is
/// canceled, the events wait for the next one.
public final class SessionEventStream: SessionObserver, AsyncSequence {
    private let buffer: SessionEventBuffer

    /// Creates an empty stream.
    ///
    /// - Parameter limit: The maximum number of waiting events, at least 1. The default is 4,096. When there are more,
    ///   events that anyone can cause are dropped: rejected tokens, and events of anonymous sessions. The rest are
    ///   dropped only when nothing else waits.
    public init(keepingUpTo limit: Int = 4_096) {
        self.buffer = SessionEventBuffer(limit: Swift.max(1, limit))
    }

    /// How many events were dropped, because too many waited or the stream had ended.
    public var droppedCount: Int { self.buffer.droppedCount }

    public func observe(_ event: SessionEvent) { self.buffer.add(event) }

    /// Ends the stream: its reader gets the waiting events, and then the end.
    public func finish() { self.buffer.finish() }

    public func makeAsyncIterator() -> Iterator { Iterator(buffer: self.buffer) }

    /// Reads the events in order.
    public struct Iterator: AsyncIteratorProtocol {
        let buffer: SessionEventBuffer

        /// Waits for the next event; nil at the end of the stream.
        ///
        /// A canceled task gets the waiting events, and then nil.
        public mutating func next() async -> SessionEvent? { await self.buffer.next() }
    }
}
