//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// A revocation that is to be published.
final class RevocationRequest: Sendable {
    enum Kind: Sendable {
        /// One session ends.
        case session(Revocation)
        /// A new epoch begins, at least the one of the revocation.
        case epoch(Revocation)
        /// A new epoch of a subject begins, and this session goes on in it, unless it has ended.
        case others(SessionRecord, Revocation)
        /// Credentials of a subject are good from this version on, which is in the place of the epoch.
        case credentials(Revocation)
        /// An entry that the log had and lost is in it again, as it was.
        case restored(Revocation)
    }

    enum Outcome: Sendable {
        /// It is in the log, with this epoch.
        case published(Int64)
        /// Nothing was published: the session had ended before.
        case superseded
    }

    private struct State {
        var outcome: Outcome?
        var attemptedEpoch: Int64?
        var isAbandoned = false
    }

    let kind: Kind
    /// Whether what could not be published is applied on this server all the same, and published with the next attempt.
    let isKept: Bool
    private let state: Mutex<State>

    init(_ kind: Kind, isKept: Bool) {
        self.kind = kind
        self.isKept = isKept
        self.state = Mutex(State())
    }

    /// What became of it; nil while that is not known.
    var outcome: Outcome? { self.state.withLock { $0.outcome } }

    /// Whether it is still to be published.
    var isOpen: Bool { self.state.withLock { $0.outcome == nil && !$0.isAbandoned } }

    /// The last epoch that was appended, with or without success.
    var attemptedEpoch: Int64? { self.state.withLock { $0.attemptedEpoch } }

    func settle(_ outcome: Outcome) { self.state.withLock { $0.outcome = outcome } }

    func noteAttempt(_ epoch: Int64) { self.state.withLock { $0.attemptedEpoch = epoch } }

    /// Gives it up, as its caller does.
    func abandon() { self.state.withLock { $0.isAbandoned = true } }

    /// The revocation that it is about.
    var revocation: Revocation {
        switch self.kind {
        case .session(let revocation), .epoch(let revocation), .others(_, let revocation), .credentials(let revocation),
            .restored(let revocation):
            revocation
        }
    }
}
