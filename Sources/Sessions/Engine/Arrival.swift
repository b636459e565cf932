//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

/// What a request stands on, and how it came to that.
struct Arrival {
    /// The session that the request stands on, if it stands on one.
    let live: SessionState.LiveSession?
    /// Why nothing can be stored, if that is so.
    let detachment: SessionState.Detachment?
    var reason: SessionArrival
    /// Whether the text was made with a key that is not the newest, and is to be handed out anew.
    var isOutdated = false
    /// Which of the engine's transports it came by; the first for a visitor who came by none.
    var transport = 0

    /// Whose session the request was recognised as.
    var recognisedID: SessionID? {
        guard let live = self.live, !live.isNew else { return nil }
        return live.record.id
    }

    /// Whether the request was recognised as somebody's.
    var isRecognised: Bool { self.live?.isNew == false }

    /// Whether nobody could be asked.
    var isOutage: Bool { self.reason == .storeUnavailable }
}

extension Arrival {
    /// How a request came that was answered at once.
    @inline(__always)
    init(_ found: consuming ArrivalAtOnce, token: SessionToken?) {
        self.isOutdated = found.isOutdated
        self.reason = found.reason
        self.detachment = nil
        if let record = found.record {
            self.live = SessionState.LiveSession(record: record, token: token ?? .ofNobody(record.id), isNew: false)
        } else {
            self.live = nil
        }
    }

    init(standing: SessionState.Standing, reason: SessionArrival, isOutdated: Bool = false) {
        self.init(live: standing.live, detachment: standing.detachment, reason: reason, isOutdated: isOutdated)
    }

    /// How a request came whose token opened a session.
    init(found live: SessionState.LiveSession, isOutdated: Bool) {
        self.init(
            live: live,
            detachment: nil,
            reason: live.holdsCurrentSecret ? .found : .previousSecret,
            isOutdated: isOutdated
        )
    }

    /// Nobody is believed who comes as several visitors at once; nil when there is one, or none.
    static func ofSeveral(
        _ valid: [SessionState.LiveSession],
        _ configuration: SessionConfiguration,
        logger: Logger
    ) -> Arrival? {
        guard valid.count > 1 else { return nil }
        configuration.report(several: valid.map(\.record.id), to: logger)
        return Arrival(standing: .visitor, reason: .several)
    }
}

extension SessionTokenReading {
    /// How a request came that carries nothing to look at.
    var arrivalOfNobody: Arrival {
        Arrival(live: nil, detachment: nil, reason: self.malformedCount > 0 ? .malformed : .noToken)
    }
}
