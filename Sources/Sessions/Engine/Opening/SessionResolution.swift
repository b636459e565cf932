//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The session of a request, and why it has it.
struct SessionResolution {
    /// The session of the request, if it has one.
    private(set) var live: SessionState.LoadedSession?
    /// Why nothing can be stored, if that is so.
    private(set) var detachment: SessionState.DetachReason?
    var reason: ResolutionReason
    /// Whether the credential was made with a key that is not the newest, and must be delivered again.
    var isOutdated = false
    /// The record of a session that has ended without its client being told.
    var ended: SessionRecord?
    /// The index of the transport that carried the session; the first for a visitor without one.
    var transport = 0
    /// The sessions of a request that carried tokens of several. None is accepted.
    var several: [SessionState.LoadedSession] = []

    /// The id of the session that the request was recognized by.
    var recognisedID: SessionID? {
        guard let live = self.live, !live.isNew else { return nil }
        return live.record.id
    }

    /// Whether the request has an existing session.
    var isRecognised: Bool { self.live?.isNew == false }

    /// Whether the session is anonymous.
    var isAnonymous: Bool { self.isRecognised && self.live?.record.subject == nil }

    /// Whether the store could not be read.
    var isOutage: Bool { self.reason == .storeUnavailable }
}

extension SessionResolution {
    /// Gives a visitor a session that has just begun.
    mutating func begin(_ live: SessionState.LoadedSession) {
        (self.live, self.detachment, self.several) = (live, nil, [])
    }

    init(status: SessionState.Status, reason: ResolutionReason, isOutdated: Bool = false) {
        self.init(live: status.live, detachment: status.detachment, reason: reason, isOutdated: isOutdated)
    }

    /// The resolution of a request whose session has ended. The response tells the client.
    init(ended record: SessionRecord) {
        self.init(live: nil, detachment: nil, reason: .ended)
        self.ended = record
    }

    /// The resolution of a request whose token opened a session.
    init(found live: SessionState.LoadedSession, isOutdated: Bool) {
        self.init(
            live: live,
            detachment: nil,
            reason: ResolutionReason(found: live),
            isOutdated: isOutdated
        )
    }

    /// The resolution of a request with several sessions. None is accepted.
    init(several: [SessionState.LoadedSession]) {
        self.init(status: .visitor, reason: .several)
        self.several = several
    }
}
