//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// A revocation to be published.
final class RevocationRequest: Sendable {
    enum Kind: Sendable {
        /// One session ends.
        case session(Revocation)
        /// A new epoch begins, at least that of the revocation.
        case epoch(Revocation)
        /// A new epoch of a subject begins, and this session continues in it, unless it has ended.
        case others(SessionRecord, Revocation)
        /// A credential version of a subject and later ones are valid, earlier ones are not. The version is stored as
        /// the epoch.
        case credentials(Revocation)
        /// A lost entry of the log is added again, unchanged.
        case restored(Revocation)
    }

    enum Outcome: Sendable {
        /// It is in the log, with this epoch.
        case published(Int64)
        /// Nothing was published, because the session had already ended.
        case superseded
    }

    private struct State {
        var outcome: Outcome?
        var attemptedEpoch: Int64?
        var isAbandoned = false
    }

    let kind: Kind
    /// Whether a revocation that could not be published still applies on this server, and is published with the next
    /// attempt.
    let isKept: Bool
    private let state: Mutex<State>

    init(_ kind: Kind, isKept: Bool) {
        self.kind = kind
        self.isKept = isKept
        self.state = Mutex(State())
    }

    /// The outcome; nil while it is unknown.
    var outcome: Outcome? { self.state.withLock { $0.outcome } }

    /// Whether it must still be published.
    var isOpen: Bool { self.state.withLock { $0.outcome == nil && !$0.isAbandoned } }

    /// The last epoch that was appended, successfully or not.
    var attemptedEpoch: Int64? { self.state.withLock { $0.attemptedEpoch } }

    func settle(_ outcome: Outcome) { self.state.withLock { $0.outcome = outcome } }

    func noteAttempt(_ epoch: Int64) { self.state.withLock { $0.attemptedEpoch = epoch } }

    /// Gives it up, together with its caller.
    func abandon() { self.state.withLock { $0.isAbandoned = true } }

    /// The revocation.
    var revocation: Revocation {
        switch self.kind {
        case .session(let revocation), .epoch(let revocation), .others(_, let revocation), .credentials(let revocation),
            .restored(let revocation):
            revocation
        }
    }
}
