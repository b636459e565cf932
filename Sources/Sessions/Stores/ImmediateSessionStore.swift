//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store that answers in the call itself, because nothing it does ever waits.
///
/// The engine asks such a store without suspending: a request whose session is in memory then runs through without an
/// asynchronous call, which is half of what it would cost. The answers are those of ``SessionStore``.
protocol ImmediateSessionStore: AnyObject, SessionStore {
    func loadAtOnce(_ id: SessionID, now: Instant) throws -> SessionLoadResult

    func replaceAtOnce(_ record: SessionRecord, ifVersion version: SessionVersion, now: Instant) throws
        -> SessionReplaceResult
}
