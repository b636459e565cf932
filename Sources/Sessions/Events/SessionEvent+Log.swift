//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging

/// How an event stands in the log. Its message and level are fixed; whatever differs is metadata. Users are not named:
/// that is for the application's audit log to decide.
extension SessionEvent {
    /// Nothing above debug in normal use; a warning is for somebody to look at, an error for somebody to mend.
    static func level(_ kind: Kind, _ reason: Reason?) -> Logger.Level {
        switch (kind, reason) {
        case (.suspicious, .lostRevocations?): .error
        case (.suspicious, _): .warning
        case (.storeFailed, _), (.refused, .unreadable?): .error
        case (.changesDropped, .ended?), (.changesDropped, .responseStarted?), (.changesDropped, .storeUnavailable?):
            .info
        case (.changesDropped, .cookieWithheld?): .debug
        case (.changesDropped, _): .error
        case (.refused, .wrongSecret?), (.refused, .crossSite?), (.limitReached, _): .info
        default: .debug
        }
    }

    private static let messages: [Kind: Logger.Message] = [
        .created: "A session began",
        .loggedIn: "A user logged in",
        .reauthenticated: "A user authenticated anew",
        .renewed: "The secret of a session was renewed",
        .refused: "A session token was refused",
        .ended: "A session was ended",
        .limitReached: "A user has as many sessions as are allowed",
        .overwritten: "A value that another request had set was overwritten",
        .conflictMerged: "The changes of parallel requests were merged",
        .changesDropped: "Changes of a session were dropped",
        .storeFailed: "The session store failed",
    ]

    /// Where the kind says too little.
    private static let reasons: [Reason: Logger.Message] = [
        .endedMeanwhile: "A session ended while a request used it",
        .crossSite: "A request that may come from another site was refused",
        .replayedSecret: "A session secret came back after its renewal: somebody may have kept a copy",
        .lostRevocations: "The store of the revocations has lost some: sessions that had ended may be accepted again",
        .severalTokens: "A request carries several valid session tokens, so none is believed",
    ]

    private var message: Logger.Message {
        let isSaidByReason = [.suspicious, .refused].contains(self.kind)
        return self.reason.flatMap { isSaidByReason ? Self.reasons[$0] : nil } ?? Self.messages[self.kind]
            ?? "\(self.kind)"
    }

    /// Writes the event into a log.
    ///
    /// - Parameter error: The error beneath, of which the event itself has the code alone.
    func log(_ error: (any Error)?, to logger: Logger) {
        var metadata: Logger.Metadata = [:]
        if let reason { metadata["session.reason"] = "\(reason)" }
        if let sessionID { metadata["session.id"] = "\(sessionID)" }
        if !self.otherSessionIDs.isEmpty { metadata["session.others"] = .array(self.otherSessionIDs.map { "\($0)" }) }
        if let error {
            metadata["error"] = "\(UntrustedText.escaped("\(error)", limit: UntrustedText.descriptionLimit))"
        }
        logger.log(level: Self.level(self.kind, self.reason), self.message, metadata: metadata)
    }
}
