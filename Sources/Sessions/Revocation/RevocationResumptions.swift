//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Sessions that ended all others of their user in an append whose reply was lost.
///
/// The client received an error, and has the cookie of the previous epoch. If the append succeeded, the session has not
/// ended: it continues in the epoch that it began.
struct RevocationResumptions: Sendable {
    private struct Attempt {
        var session: SessionID
        var epoch: Int64
        var until: SessionInstant
    }

    private static let maximumCount = 10_000

    /// Appends whose outcome is unknown, by the ids of their traces.
    private var attempts: [SessionID: Attempt] = [:]
    /// Sessions whose append succeeded.
    private var resumed: [SessionID: Attempt] = [:]

    var isEmpty: Bool { self.resumed.isEmpty }

    mutating func note(_ trace: Revocation, of session: SessionID, epoch: Int64, now: SessionInstant) {
        if self.attempts.count >= Self.maximumCount { self.attempts = self.attempts.filter { now < $0.value.until } }
        guard self.attempts.count < Self.maximumCount else { return }
        self.attempts[trace.id] = Attempt(session: session, epoch: epoch, until: trace.until)
    }

    /// Forgets a session's attempts, because a later one succeeded.
    mutating func forget(_ session: SessionID) {
        self.attempts = self.attempts.filter { $0.value.session != session }
        self.resumed[session] = nil
    }

    /// Records that a trace was found in the log.
    mutating func recognize(_ trace: SessionID) {
        guard let attempt = self.attempts.removeValue(forKey: trace) else { return }
        self.resumed[attempt.session] = attempt
    }

    /// The epoch in which a session continues; nil when it is that of its cookie.
    func epoch(of session: SessionID, now: SessionInstant) -> Int64? {
        self.resumed[session].flatMap { now < $0.until ? $0.epoch : nil }
    }
}
