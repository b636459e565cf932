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
    var standing: SessionState.Standing
    var reason: SessionArrival
    /// Whether the text was made with a key that is not the newest, and is to be handed out anew.
    var isOutdated = false
}

extension Arrival {
    /// Nobody is believed who comes as several visitors at once; nil when there is one, or none.
    static func ofSeveral(_ valid: [SessionState.LiveSession], logger: Logger) -> Arrival? {
        guard valid.count > 1 else { return nil }
        logger.warning(
            "A request carries several valid session tokens, so none is believed",
            metadata: ["session.ids": .array(valid.map { "\($0.record.id)" })]
        )
        return Arrival(standing: .visitor, reason: .several)
    }
}

extension SessionTokenReading {
    /// How a request came that carries nothing to look at.
    var arrivalOfNobody: Arrival {
        Arrival(standing: .visitor, reason: self.malformedCount > 0 ? .malformed : .noToken)
    }
}
