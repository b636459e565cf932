//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store that can respond without suspending, always or often: one in the memory of the process, or one with a cache.
///
/// The engine calls such a store synchronously, which costs half of an asynchronous call. Each result is that of the
/// ``SessionStore`` method with the same parameters. Nil means that the result needs an asynchronous call: this call
/// has done nothing, and the engine calls the method of ``SessionStore``.
///
/// These calls have no deadline and no circuit breaker. A store that wraps another one forwards them, and returns nil
/// if the other is not a `SynchronousSessionStore`.
public protocol SynchronousSessionStore: SessionStore {
    /// Whether replacements and touches are ever answered synchronously. Optional. The default is true. If false, the
    /// engine does not try.
    var writesSynchronously: Bool { get }

    /// Whether a synchronous load may return a record that another process has changed a moment ago. Optional. The
    /// default is false.
    ///
    /// If true, the engine believes only a record that a credential opens. Before it refuses a credential it calls
    /// `load`, which must return the latest record. The calls that end a session, or give it another secret or user, or
    /// earlier limits, return only when no process loads the former record any more.
    var loadsMayLag: Bool { get }

    /// Loads the record of an id, as `load` does.
    func loadSynchronously(_ id: SessionID, now: SessionInstant) throws -> SessionLoadResult?

    /// Replaces a record if its version is the one that was read, as `replace` does.
    func replaceSynchronously(_ record: SessionRecord, ifVersion version: SessionVersion, now: SessionInstant) throws
        -> SessionReplaceResult?

    /// Extends a live session, as `touch` does.
    func touchSynchronously(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) throws -> Bool?
}

extension SynchronousSessionStore {
    public var writesSynchronously: Bool { true }

    public var loadsMayLag: Bool { false }
}
