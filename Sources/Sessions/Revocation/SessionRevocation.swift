//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// How sealed sessions are ended before their time.
///
/// A sealed session is in its cookie, and whoever has kept a copy of the cookie has the session. To end it the servers
/// must know that it has ended: they keep the ids of ended sessions until every copy is past its own limits, and for
/// each user whose sessions were all ended an epoch that only later logins have (ASVS 5.0, 7.4.1).
public struct SessionRevocation: Sendable {
    enum Choice: Sendable {
        case none
        case inMemory
        case stored(any SubjectSessionStore, maximumAge: Duration, lost: LostRevocations)
    }

    /// What becomes of sessions that are older than the revocation log, because the store has lost an earlier one: a
    /// flushed Redis, a deleted file, an empty store in the place of another.
    ///
    /// Some of these sessions may have ended, and no server that starts from then on knows which. Either way one event
    /// says so, ``SessionEvent/Reason/lostRevocations``, which is an error in the log.
    public struct LostRevocations: Sendable, Hashable {
        private enum Choice { case rejectOlderSessions, report }

        private let choice: Choice

        /// They are rejected, so that no ended session is accepted again: their users log in again. This is the
        /// default.
        public static let rejectOlderSessions = LostRevocations(choice: .rejectOlderSessions)

        /// They are accepted.
        ///
        /// - Warning: Sessions that had ended are accepted again until their own limits, by all servers that did not
        ///   keep the endings in memory.
        public static let report = LostRevocations(choice: .report)
    }

    let choice: Choice

    /// Endings are kept in the memory of this process: at once here, unknown to other servers.
    ///
    /// - Warning: A restart forgets them, and cookies of sessions that were ended work again until their own limits.
    ///   For one process and short limits.
    public static let inMemoryUntilRestart = SessionRevocation(choice: .inMemory)

    /// Endings are kept in a store that several servers share: at once on the server that ended a session, and on the
    /// others within the greatest age of what they know.
    ///
    /// Endings are appended to a log, with one write for all that come at once. The servers read the store once in a
    /// while and not for every request, and then only what is new. If the store does not answer for longer than that,
    /// the policy for a store's failure decides about the requests.
    ///
    /// An ending that the store does not take is an error. It holds on this server all the same, which publishes it
    /// with its next attempt.
    ///
    /// - Parameters:
    ///   - store: The store. It may hold stored sessions of another engine as well. A `MemorySessionStore` is refused:
    ///     it displaces what it has no room for.
    ///   - maximumAge: How old a server's knowledge may be, in a request that it decides about; at most a minute. Zero
    ///     asks the store for every request. The default is one second.
    ///   - lostRevocations: What becomes of sessions that are older than the log in the store. The default is
    ///     ``LostRevocations/rejectOlderSessions``.
    public static func stored(
        in store: any SubjectSessionStore,
        maximumAge: Duration = .seconds(1),
        lostRevocations: LostRevocations = .rejectOlderSessions
    ) -> SessionRevocation {
        SessionRevocation(choice: .stored(store, maximumAge: maximumAge, lost: lostRevocations))
    }

    /// Sessions end by their own limits only.
    ///
    /// - Warning: Logging out then takes the cookie from the browser and nothing else: whoever has kept a copy of it is
    ///   still logged in until the limits of the session. Sessions of a user cannot be ended from elsewhere.
    public static let none = SessionRevocation(choice: .none)

    /// Why endings would be forgotten before their time, and what to use instead.
    var problems: [String] {
        guard case .stored(let store, let maximumAge, _) = self.choice else { return [] }
        var problems: [String] = []
        if Self.displaces(store) {
            problems.append(
                """
                A MemorySessionStore displaces what it has no room for, and endings of sealed sessions with it: use the \
                revocation .inMemoryUntilRestart, which keeps them all, or a store that outlives the process.
                """
            )
        }
        if maximumAge < .zero || maximumAge > .minutes(1) {
            problems.append(
                """
                What a server knows of endings may be 0 to 60 seconds old (maximumAge is \(maximumAge)): a log-out \
                counts on other servers only after that.
                """
            )
        }
        return problems
    }

    /// Whether a store, or one that it is made of, displaces what it has no room for.
    private static func displaces(_ store: any SessionStore) -> Bool {
        if let composed = store as? any CompositeSessionStore { return composed.parts.contains(where: self.displaces) }
        return store is MemorySessionStore
    }
}

extension SessionRevocation: CustomStringConvertible, CustomReflectable {
    /// Nothing of the store that it may have.
    public var description: String { "SessionRevocation" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
