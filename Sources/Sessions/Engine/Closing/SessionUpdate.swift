//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A request's changes of its session's record.
struct SessionUpdate {
    let live: SessionState.LoadedSession
    let changes: SessionChanges
    /// The use of the session, if it is to be written.
    let touch: SessionTouch?
    /// Whether the secret is to be renewed.
    let isRenewing: Bool
    let now: SessionInstant
    /// Whether the record that was written has a secret of this request.
    private(set) var isRenewed = false
    /// The names of values that another request had changed meanwhile.
    private(set) var overwrittenNames: [String] = []

    init(
        of live: SessionState.LoadedSession,
        _ touch: SessionTouch? = nil,
        _ changes: SessionChanges = SessionChanges(),
        isRenewing: Bool = false,
        now: SessionInstant
    ) {
        self.live = live
        self.touch = touch
        self.changes = changes
        self.isRenewing = isRenewing
        self.now = now
    }

    /// Whether there is anything to report of an update that wrote this record.
    func isReported(as record: SessionRecord) -> Bool {
        self.isRenewed || !self.overwrittenNames.isEmpty || record.id != self.live.record.id
            || record.version.counter > self.live.record.version.counter &+ 1
    }

    /// Applies the changes to a record, and again to each newer version of it.
    mutating func apply(
        to record: inout SessionRecord,
        for request: SessionRequest,
        _ environment: EngineEnvironment
    ) throws {
        self.isRenewed = false
        self.overwrittenNames =
            record.version == self.live.record.version
            ? [] : self.changes.overwrittenNames(in: record.values, since: self.live.record.values)
        record.values = try self.changes.apply(to: record.values)
        if let touch {
            record.apply(touch)
            if environment.configuration.tracksClients {
                record.note(environment.configuration.client(of: request))
            }
        }
        // Another request of the same page may have renewed the secret just now; this one uses it as well.
        // The secret of a bound session is renewed by proof alone.
        if self.isRenewing, record.secretHash == self.live.token.secretHash,
            !(environment.bindsDevices && record.isDeviceBound)
        {
            try record.renewSecret(
                of: self.live.token,
                grace: environment.configuration.renewal.grace,
                random: environment.configuration.random,
                now: self.now
            )
            self.isRenewed = true
        }
    }

    var writes: SessionWrites { SessionWrites(self.changes, self.touch) }
}

extension SessionRecord {
    /// Whether there is no client to record: it is the last one, or no one is logged in.
    func isLastClient(_ client: SessionClient) -> Bool {
        guard let firstClient else { return true }
        return client == self.lastClient ?? firstClient
    }

    /// Records the client that used the session.
    fileprivate mutating func note(_ client: SessionClient) {
        guard let firstClient else { return }
        self.lastClient = client == firstClient ? nil : client
    }
}
