//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store that answers without waiting, always or often: one in the memory of the process, or one with a cache.
///
/// The engine asks such a store in the call itself, which costs half of an asynchronous call. Each answer is that of
/// the method of ``SessionStore`` with the same parameters. Nil says that the answer must be waited for: the call has
/// done nothing, and the engine calls the method of ``SessionStore``.
///
/// No deadline and no circuit breaker is around these calls. A store that wraps another forwards them, and answers nil
/// where the other is not a `SynchronousSessionStore`.
public protocol SynchronousSessionStore: SessionStore {
    /// Finds the record of an id, as `load` does.
    func loadSynchronously(_ id: SessionID, now: Instant) throws -> SessionLoadResult?

    /// Replaces a record if its version is the one that was read, as `replace` does.
    func replaceSynchronously(_ record: SessionRecord, ifVersion version: SessionVersion, now: Instant) throws
        -> SessionReplaceResult?

    /// Extends a live session, as `touch` does.
    func touchSynchronously(_ id: SessionID, _ touch: SessionTouch, now: Instant) throws -> Bool?
}
