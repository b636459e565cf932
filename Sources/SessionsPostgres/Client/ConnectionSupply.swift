//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions

/// How many connections there are, and when another one is made. It decides, and makes none.
///
/// A statement that was abandoned keeps its connection, because the server keeps a process for it. A replacement
/// connection would be one more, and a server that hangs would soon run out of connections.
struct ConnectionSupply {
    private let maximumCount: Int
    /// The number of connections that serve calls or are free to.
    private(set) var readyCount = 0
    /// The number of connections that wait for the server to stop an abandoned statement.
    private(set) var abandonedCount = 0
    /// The number of connections that are being made for calls.
    private(set) var connectingCount = 0
    /// The number of connections that create the missing index.
    private(set) var indexingCount = 0
    private var backoff: ReconnectBackoff
    private var lastFailure: SessionStoreError?

    init(maximumCount: Int, backoff: ReconnectBackoff) {
        self.maximumCount = maximumCount
        self.backoff = backoff
    }

    /// The number of connections, including those that are being made.
    var count: Int { self.readyCount + self.abandonedCount + self.connectingCount + self.indexingCount }

    /// Decides whether to make another connection.
    ///
    /// - Parameter waitingCount: The number of calls that found no free connection.
    /// - Returns: Whether to make one. It is counted then.
    mutating func connect(for waitingCount: Int) -> Bool {
        guard waitingCount > self.connectingCount, self.count < self.maximumCount, !self.backoff.isActive,
            // While there is no connection, one call tries to connect.
            !self.backoff.hasFailed || self.readyCount > 0 || self.connectingCount == 0
        else { return false }
        self.connectingCount += 1
        return true
    }

    /// While the server cannot be reached: why, and how many calls wait for attempts to connect. All others fail at
    /// once. Nil if calls wait their turn.
    var outage: (failure: SessionStoreError, waitingCount: Int)? {
        guard self.readyCount == 0, let lastFailure = self.lastFailure else { return nil }
        return (lastFailure, self.connectingCount)
    }

    /// Records that a connection was made.
    ///
    /// - Returns: Whether the attempt before it had failed.
    mutating func noteConnected() -> Bool {
        self.connectingCount -= 1
        return self.noteReady()
    }

    /// Records that no connection could be made.
    ///
    /// - Returns: Whether the attempt before it had succeeded.
    mutating func noteFailure(_ failure: SessionStoreError) -> Bool {
        defer { self.backoff.begin() }
        self.connectingCount -= 1
        self.lastFailure = failure
        return !self.backoff.hasFailed
    }

    /// Records that a new connection creates the index before it serves calls.
    mutating func noteIndexing() {
        self.connectingCount -= 1
        self.indexingCount += 1
    }

    /// Records that such a connection serves calls from now on, or was closed.
    ///
    /// - Returns: Whether the attempt before it had failed.
    mutating func noteIndexed(isClosed: Bool) -> Bool {
        self.indexingCount -= 1
        return isClosed ? false : self.noteReady()
    }

    private mutating func noteReady() -> Bool {
        defer { self.backoff.reset() }
        self.readyCount += 1
        self.lastFailure = nil
        return self.backoff.hasFailed
    }

    /// Records that the statement of a connection was abandoned.
    mutating func noteAbandoned() {
        self.readyCount -= 1
        self.abandonedCount += 1
    }

    /// Records that the server has answered such a statement.
    mutating func noteReleased() {
        self.abandonedCount -= 1
        self.readyCount += 1
    }

    /// Records that a connection was closed.
    mutating func noteClosed(isAbandoned: Bool) {
        if isAbandoned { self.abandonedCount -= 1 } else { self.readyCount -= 1 }
    }
}
#endif
