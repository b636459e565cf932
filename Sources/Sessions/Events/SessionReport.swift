//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// An event before its request is known.
struct SessionReport {
    var kind: SessionEvent.Kind
    var reason: SessionEvent.Reason?
    var id: SessionID?
    var others: [SessionID]
    var subject: String?
    var action: SessionEvent.Action?
    var error: (any Error)?
    var acting: Impersonation?

    init(
        _ kind: SessionEvent.Kind,
        _ reason: SessionEvent.Reason? = nil,
        _ id: SessionID? = nil,
        others: [SessionID] = [],
        subject: String? = nil,
        action: SessionEvent.Action? = nil,
        error: (any Error)? = nil,
        acting: Impersonation? = nil
    ) {
        self.kind = kind
        self.reason = reason
        self.id = id
        self.others = others
        self.subject = subject
        self.action = action
        self.error = error
        self.acting = acting
    }

    /// One request came with several sessions.
    static func several(_ ids: [SessionID]) -> SessionReport {
        SessionReport(.suspicious, .severalTokens, ids.first, others: Array(ids.dropFirst()))
    }
}

extension SessionConfiguration {
    func report(_ report: SessionReport, from origin: EventOrigin) {
        self.report(
            report.kind,
            report.reason,
            report.id,
            others: report.others,
            subject: report.subject,
            action: report.action,
            error: report.error,
            from: origin,
            acting: report.acting
        )
    }
}
