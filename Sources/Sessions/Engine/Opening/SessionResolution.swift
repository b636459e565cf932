//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a request stands on, and how it came to that.
struct SessionResolution {
    /// The session that the request stands on, if it stands on one.
    private(set) var live: SessionState.LoadedSession?
    /// Why nothing can be stored, if that is so.
    private(set) var detachment: SessionState.DetachReason?
    var reason: ResolutionReason
    /// Whether the text was made with a key that is not the newest, and is to be handed out anew.
    var isOutdated = false
    /// The record of a session that had ended without its client hearing of it.
    var ended: SessionRecord?
    /// Which of the engine's transports it came by; the first for a visitor who came by none.
    var transport = 0
    /// The sessions that the request carried tokens of, where there are several and none is believed.
    var several: [SessionState.LoadedSession] = []

    /// Whose session the request was recognised as.
    var recognisedID: SessionID? {
        guard let live = self.live, !live.isNew else { return nil }
        return live.record.id
    }

    /// Whether the request was recognised as somebody's.
    var isRecognised: Bool { self.live?.isNew == false }

    /// Whether it is a session in which no one is logged in.
    var isAnonymous: Bool { self.isRecognised && self.live?.record.subject == nil }

    /// Whether nobody could be asked.
    var isOutage: Bool { self.reason == .storeUnavailable }
}

extension SessionResolution {
    /// Gives a visitor a session that has just begun.
    mutating func begin(_ live: SessionState.LoadedSession) {
        (self.live, self.detachment, self.several) = (live, nil, [])
    }

    init(standing: SessionState.Standing, reason: ResolutionReason, isOutdated: Bool = false) {
        self.init(live: standing.live, detachment: standing.detachment, reason: reason, isOutdated: isOutdated)
    }

    /// How a request came with a session that has ended, which its client is told with the response.
    init(ended record: SessionRecord) {
        self.init(live: nil, detachment: nil, reason: .ended)
        self.ended = record
    }

    /// How a request came whose token opened a session.
    init(found live: SessionState.LoadedSession, isOutdated: Bool) {
        self.init(
            live: live,
            detachment: nil,
            reason: live.holdsCurrentSecret ? .found : .previousSecret,
            isOutdated: isOutdated
        )
    }

    /// How a request came with several sessions, none of which is believed.
    init(several: [SessionState.LoadedSession]) {
        self.init(standing: .visitor, reason: .several)
        self.several = several
    }
}
