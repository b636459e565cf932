//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a backend finds for a credential. It is used once, and never copied ("memory: untouched").
enum CredentialFinding: ~Copyable {
    /// It opens a live session.
    ///
    /// The flag says whether it was made with a key that is not the newest, and must be delivered again.
    case live(SessionState.LoadedSession, isOutdated: Bool = false)
    /// Its secret is retired.
    case replayed(SessionRecord)
    /// Its session is bound to a device, and needs a proof: it is overdue, or its secret is retired.
    case unproven(SessionRecord, SessionEvent.Reason)
    /// It has the id of a session that has ended. Only the secrets of that session show whether its client sent it.
    case tombstone(SessionToken)
    /// It opens a session in which an administrator acts as its user, if the administrator's session lives.
    case acting(SessionRecord, SessionToken)
    /// Its session has just ended, so other requests of its client may still be in progress.
    ///
    /// The record is present if the client was not told.
    case ended(SessionID, subject: String? = nil, unreported: SessionRecord? = nil)
    /// It opens nothing.
    case refused(
        ResolutionReason, SessionID? = nil, subject: String? = nil, acting: Impersonation? = nil,
        error: (any Error)? = nil)

    /// It names a session that it does not open.
    static func refused(_ reason: ResolutionReason, _ record: SessionRecord) -> CredentialFinding {
        .refused(reason, record.id, subject: record.subject, acting: record.impersonation)
    }

    /// The meaning of a tombstone for a credential. An attacker who knows only the id gets the result for an unknown
    /// id.
    init(tombstoneOf token: SessionToken, secrets: EndedSecrets?) {
        if secrets?.contains(token.secretHash) ?? true { self = .ended(token.id) } else { self = .refused(.unknown) }
    }

    /// Whether it opens a live session.
    var isLive: Bool {
        switch self {
        case .live: true
        default: false
        }
    }

    /// The event to report, if any.
    var report: SessionReport? {
        switch self {
        case .live: nil
        case .replayed: nil
        case .unproven: nil
        case .tombstone: nil
        case .acting: nil
        case .ended(let id, let subject, let unreported):
            SessionReport(.refused, .ended, id, subject: subject, acting: unreported?.impersonation)
        case .refused(let reason, let id, let subject, let acting, let error):
            SessionReport(.refused, reason.refusal, id, subject: subject, error: error, acting: acting)
        }
    }
}
