//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import ShowcaseKit

/// A button of the page, with the text to show after it was pressed.
struct OperationView: Sendable {
    let action: String
    let title: String
    let explanation: String
    let isDangerous: Bool

    /// - Parameter revocation: How sealed sessions are revoked. Nil for other backends.
    init(_ operation: SessionOperation, _ revocation: RevocationArgument?) {
        self.action = "/api/session/\(operation.rawValue)"
        self.title = operation.rawValue.prefix(1).uppercased() + operation.rawValue.dropFirst()
        self.explanation = operation.explanation(revocation)
        self.isDangerous = operation == .destroy
    }
}

extension SessionOperation {
    /// The effect of the button.
    fileprivate func explanation(_ revocation: RevocationArgument?) -> String {
        switch (self, revocation) {
        case (.renew, nil): "A new secret, the same session. The old cookie opens nothing any more."
        case (.renew, .nowhere?): "A new id, and all else the same. The old cookie is good until its limits."
        case (.renew, _): "A new id, and all else the same. The old cookie opens nothing any more."
        case (.regenerate, _): "Another session in place of this one: a new id, and empty."
        case (.touch, _): "Note this use now, and start the idle limit anew."
        case (.save, nil): "Store what was changed, now rather than with the response."
        case (.save, _): "Settle what goes under the seal, now rather than with the response."
        case (.reload, nil): "Read the session anew from its store."
        case (.reload, _): "Go back to what came with the request."
        case (.destroy, .nowhere?): "Take the cookie out of this browser. A copy of it is good until its limits."
        case (.destroy, .sqlite?), (.destroy, .redis?), (.destroy, .postgres?):
            "End the session: here at once, on other servers as soon as they ask."
        case (.destroy, _): "End the session at once, everywhere."
        }
    }

    /// The result after it was pressed.
    func outcome(_ revocation: RevocationArgument?) -> String {
        switch (self, revocation) {
        case (.renew, nil): "The session has a new secret. Its id is the same: compare."
        case (.renew, _): "The session goes on under a new id, with all that it remembers."
        case (.regenerate, .nowhere?): "This is a new session, with another id."
        case (.regenerate, _): "The session before has ended. This is a new one, with another id."
        case (.touch, _): "The use was noted. The idle limit starts anew."
        case (.save, _): "What was changed is stored."
        case (.reload, _): "The session was read anew."
        case (.destroy, .nowhere?): "The cookie is gone. Looking at this page began another session."
        case (.destroy, _): "The session has ended. Looking at this page began another."
        }
    }
}
