//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// A button of the page, and what to say when it was pressed.
struct VerbView: Sendable {
    let action: String
    let title: String
    let explanation: String
    let isDangerous: Bool

    init(_ verb: SessionVerb) {
        self.action = "/api/session/\(verb.rawValue)"
        self.isDangerous = verb == .destroy
        (self.title, self.explanation) =
            switch verb {
            case .renew: ("Renew", "A new secret, the same session. The old cookie opens nothing any more.")
            case .regenerate: ("Regenerate", "Another session in place of this one: a new id, and empty.")
            case .touch: ("Touch", "Note this use now, and start the idle limit anew.")
            case .save: ("Save", "Store what was changed, now rather than with the response.")
            case .reload: ("Reload", "Read the session anew from its store.")
            case .destroy: ("Destroy", "End the session at once, everywhere.")
            }
    }
}

extension SessionVerb {
    /// What has happened, now that it was pressed.
    var outcome: String {
        switch self {
        case .renew: "The session has a new secret. Its id is the same: compare."
        case .regenerate: "The session before has ended. This is a new one, with another id."
        case .touch: "The use was noted. The idle limit starts anew."
        case .save: "What was changed is stored."
        case .reload: "The session was read anew."
        case .destroy: "The session has ended. Looking at this page began another."
        }
    }
}
