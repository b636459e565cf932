//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

/// The log line of an event. Its message and level are fixed; details are metadata. Users are not named: the
/// application's audit log decides about that.
extension SessionEvent {
    /// Normal use logs nothing above debug. A warning needs attention; an error needs a fix.
    static func level(_ kind: Kind, _ reason: Reason?) -> Logger.Level {
        switch (kind, reason) {
        case (.suspicious, .lostRevocations?): .error
        case (.suspicious, _), (.unboundUse, .overdue?), (.unboundUse, .replayedSecret?), (.clientChanged, _),
            (.placeChanged, _):
            .warning
        case (.newDevice, _): .info
        case (.storeFailed, _), (.refused, .unreadable?): .error
        case (.changesDropped, .ended?), (.changesDropped, .responseStarted?), (.changesDropped, .storeUnavailable?):
            .info
        case (.changesDropped, .cookieWithheld?): .debug
        case (.changesDropped, _): .error
        case (.refused, .wrongSecret?), (.refused, .crossSite?), (.refused, .tooManyAttempts?), (.limitReached, _):
            .info
        default: .debug
        }
    }

    private static let messages: [Kind: Logger.Message] = [
        .created: "A session began",
        .loggedIn: "A user logged in",
        .actingBegan: "An administrator acts as another user",
        .reauthenticated: "A user authenticated again",
        .renewed: "The secret of a session was renewed",
        .deviceBound: "A session was bound to a device",
        .deviceRefreshed: "The cookie of a bound session was refreshed",
        .unboundUse: "A session was used without the proof of its device",
        .newDevice: "A user logged in from a new device",
        .clientChanged: "The browser or system of a session has changed: someone may have copied its cookie",
        .placeChanged: "A session moved faster than anyone travels: someone may have copied its cookie",
        .refused: "A session token was refused",
        .ended: "A session was ended",
        .limitReached: "A user has reached the maximum number of sessions",
        .overwritten: "A value that another request had set was overwritten",
        .conflictMerged: "The changes of parallel requests were merged",
        .changesDropped: "Changes of a session were dropped",
        .storeFailed: "The session store failed",
    ]

    /// Messages for reasons that the kind does not explain.
    private static let reasons: [Reason: Logger.Message] = [
        .endedMeanwhile: "A session ended while a request used it",
        .crossSite: "A request that may come from another site was refused",
        .tooManyAttempts: "An attempt to log in was refused, because too many have failed",
        .replayedSecret: "A session secret came back after its renewal: someone may have kept a copy",
        .lostRevocations: "The store of the revocations has lost some: sessions that had ended may be accepted again",
        .severalTokens: "A request carries several valid session tokens, so none is accepted",
    ]

    private var message: Logger.Message {
        let isSaidByReason = [.suspicious, .refused].contains(self.kind)
        return self.reason.flatMap { isSaidByReason ? Self.reasons[$0] : nil } ?? Self.messages[self.kind]
            ?? "\(self.kind)"
    }

    /// Writes the event to a log.
    ///
    /// - Parameter error: The underlying error. The event has only its code.
    func log(_ error: (any Error)?, to logger: Logger) {
        var metadata: Logger.Metadata = [:]
        if let reason { metadata["session.reason"] = "\(reason)" }
        if let action { metadata["session.action"] = "\(action)" }
        if let sessionID { metadata["session.id"] = "\(sessionID)" }
        if !self.otherSessionIDs.isEmpty { metadata["session.others"] = .array(self.otherSessionIDs.map { "\($0)" }) }
        if let error {
            metadata["error"] = "\(UntrustedText.escaped("\(error)", limit: UntrustedText.descriptionLimit))"
        }
        logger.log(level: Self.level(self.kind, self.reason), self.message, metadata: metadata)
    }
}
