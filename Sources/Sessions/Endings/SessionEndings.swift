//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The end of one session as a sequence: at most one element, as soon as the session has ended.
///
/// ``SessionEngine/endings(of:)-(Session)`` creates it. The sequence does nothing until it is iterated. It ends after
/// its element, and without one when its task is canceled.
public struct SessionEndings: AsyncSequence, Sendable {
    public typealias Element = SessionEnd
    public typealias Failure = Never

    /// Nil if there is no session, so that none can end.
    let session: WatchedSession?
    let watch: SessionEndingWatch

    public func makeAsyncIterator() -> Iterator { Iterator(session: self.session, watch: self.watch) }

    /// Waits for the end of the session.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var session: WatchedSession?
        fileprivate let watch: SessionEndingWatch

        /// Waits until the session has ended; nil after that, and when the task is canceled.
        public mutating func next() async -> SessionEnd? {
            guard let session else { return nil }
            let ending = await self.watch.ending(of: session)
            self.session = nil
            return ending
        }

        /// Waits until the session has ended; nil after that, and when the task is canceled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> SessionEnd? {
            await self.next()
        }
    }
}
