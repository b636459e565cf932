//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// How sealed sessions are revoked before they expire.
///
/// A sealed session is in its cookie, and anyone who has kept a copy of the cookie has the session. To revoke it, the
/// servers must remember that it has ended. They keep the ids of revoked sessions until every copy has expired, and for
/// each user whose sessions were all revoked an epoch that only later logins have (ASVS 5.0, 7.4.1).
public struct SessionRevocation: Sendable {
    enum Choice: Sendable {
        case none
        case inMemory
        case stored(any SubjectSessionStore, maximumAge: Duration, lost: LostRevocations)
    }

    /// What happens to sessions that are older than the revocation log, because the store has lost an earlier log: a
    /// flushed Redis, a deleted file, a new empty store.
    ///
    /// Some of these sessions may have ended, and no server that starts later knows which. In both cases one event
    /// reports it, ``SessionEvent/Reason/lostRevocations``, which is an error in the log.
    public struct LostRevocations: Sendable, Hashable {
        private enum Choice { case rejectOlderSessions, report }

        private let choice: Choice

        /// They are rejected, so that no ended session is accepted again. Their users must log in again. This is the
        /// default.
        public static let rejectOlderSessions = LostRevocations(choice: .rejectOlderSessions)

        /// They are accepted.
        ///
        /// - Warning: Sessions that had ended are accepted again until their own limits, by all servers that did not
        ///   keep the revocations in memory.
        public static let report = LostRevocations(choice: .report)
    }

    let choice: Choice

    /// Revocations are kept in the memory of this process: they apply at once here, and other servers do not see them.
    ///
    /// - Warning: A restart loses them, and cookies of revoked sessions work again until their own limits. Use it for
    ///   one process and short limits.
    public static let inMemoryUntilRestart = SessionRevocation(choice: .inMemory)

    /// Revocations are kept in a store that several servers share. They apply at once on the server that made them, and
    /// on the others within the maximum age.
    ///
    /// Revocations are appended to a log, with one write for all that arrive at once. The servers read the store at
    /// intervals and not for every request, and only new entries. If the store is unavailable for longer than the
    /// maximum age, the store failure policy decides about the requests.
    ///
    /// A revocation that the store does not accept is an error. It still applies on this server, which publishes it
    /// with its next attempt.
    ///
    /// - Parameters:
    ///   - store: The store. It may also hold stored sessions of another engine. A `MemorySessionStore` is rejected,
    ///     because it evicts records when it is full.
    ///   - maximumAge: The maximum age of a server's copy in a request; at most a minute. Zero reads the store for
    ///     every request. The default is one second.
    ///   - lostRevocations: What happens to sessions that are older than the log in the store. The default is
    ///     ``LostRevocations/rejectOlderSessions``.
    public static func stored(
        in store: any SubjectSessionStore,
        maximumAge: Duration = .seconds(1),
        lostRevocations: LostRevocations = .rejectOlderSessions
    ) -> SessionRevocation {
        SessionRevocation(choice: .stored(store, maximumAge: maximumAge, lost: lostRevocations))
    }

    /// Sessions end only by their own limits.
    ///
    /// - Warning: Logging out then only removes the cookie from the browser: anyone who has kept a copy of it is still
    ///   logged in until the limits of the session. A user's other sessions cannot be ended.
    public static let none = SessionRevocation(choice: .none)

    /// Why revocations would be lost early, and what to use instead.
    var problems: [String] {
        guard case .stored(let store, let maximumAge, _) = self.choice else { return [] }
        var problems: [String] = []
        if Self.displaces(store) {
            problems.append(
                """
                A full MemorySessionStore evicts records, including revocations of sealed sessions: use the \
                revocation .inMemoryUntilRestart, which keeps them all, or a store that outlives the process.
                """
            )
        }
        if maximumAge < .zero || maximumAge > .minutes(1) {
            problems.append(
                """
                A server's copy of the revocations may be 0 to 60 seconds old (maximumAge is \(maximumAge)): a logout \
                counts on other servers only after that.
                """
            )
        }
        return problems
    }

    /// Whether a store, or one that it consists of, evicts records when it is full.
    private static func displaces(_ store: any SessionStore) -> Bool {
        if let composed = store as? any CompositeSessionStore { return composed.parts.contains(where: self.displaces) }
        return store is MemorySessionStore
    }
}

extension SessionRevocation: CustomStringConvertible, CustomReflectable {
    /// It has nothing of its store.
    public var description: String { "SessionRevocation" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
