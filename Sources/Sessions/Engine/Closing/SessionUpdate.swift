//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a request changes in the record of its session.
struct SessionUpdate {
    let live: SessionState.LoadedSession
    var changes = SessionChanges()
    /// The use of the session, if it is to be written.
    var touch: SessionTouch?
    /// Whether the secret is to be renewed.
    var isRenewing = false
    let now: Instant
    /// Whether the record that was written has a secret of this request.
    private(set) var isRenewed = false
    /// The names of values that another request had changed meanwhile.
    private(set) var overwrittenNames: [String] = []

    init(of live: SessionState.LoadedSession, now: Instant) {
        self.live = live
        self.now = now
    }

    /// Changes a record; again on each newer version of it.
    mutating func apply(
        to record: inout SessionRecord,
        for request: SessionRequest,
        under configuration: SessionConfiguration
    ) throws {
        self.isRenewed = false
        self.overwrittenNames =
            record.version == self.live.record.version
            ? [] : self.changes.overwrittenNames(in: record.values, since: self.live.record.values)
        record.values = try self.changes.apply(to: record.values)
        if let touch {
            record.apply(touch)
            if configuration.tracksClients { record.note(SessionClient(of: request)) }
        }
        // Another request of the same page may have renewed a moment ago; its secret serves this one as well.
        if self.isRenewing, record.secretHash == self.live.token.secretHash {
            try record.renewSecret(
                of: self.live.token, grace: configuration.renewal.grace, random: configuration.random, now: self.now)
            self.isRenewed = true
        }
    }

    var writes: SessionWrites { SessionWrites(self.changes, self.touch) }
}

extension SessionRecord {
    /// Whether there is nothing to note of a client: it is the last one, or no one is logged in.
    func isLastClient(_ client: SessionClient) -> Bool {
        guard let firstClient else { return true }
        return client == self.lastClient ?? firstClient
    }

    /// Notes who used the session.
    fileprivate mutating func note(_ client: SessionClient) {
        guard let firstClient else { return }
        self.lastClient = client == firstClient ? nil : client
    }
}
