//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionError {
    static let tokenOnly = SessionError(
        .notOffered,
        """
        This engine issues tokens and stores nothing: key a visitor's data by session.token, or use the \
        backend .stored(in:) or .sealed(with:revocation:).
        """
    )

    static let notRevocable = SessionError(
        .notOffered,
        """
        Sealed sessions with the revocation .none cannot be ended from elsewhere: use .inMemoryUntilRestart, or \
        .stored(in:) for several servers.
        """
    )

    static let cookieWithheld = SessionError(
        .cookieWithheld,
        """
        The request is from another site and the browser sent it without its cookie, so that a new session could take the \
        place of a login: redirect to a page of this site and set it there, or call regenerate() to begin a new session.
        """
    )

    /// For adapters: a prefetched page would take messages that its user may never see.
    package static let prefetchDeclined = SessionError(
        .prefetchDeclined,
        "Messages wait for the page that the user opens: the browser must ask for it when that happens."
    )

    static let notListable = SessionError(
        .notOffered,
        "The store does not know which sessions a user has: use one that is a SubjectSessionStore."
    )

    static func anonymousSessionRefused(retryAfter: Duration) -> SessionError {
        SessionError(
            .anonymousSessionRefused,
            "No session is stored for this visitor now, because allowsAnonymousSession refused it.",
            retryAfter: retryAfter
        )
    }

    static func tooManyAttempts(_ wait: Duration) -> SessionError {
        // Rounded up: a client that waits for this time is admitted.
        let seconds = max(1, (wait.wholeMilliseconds + 999) / 1_000)
        return SessionError(
            .tooManyAttempts,
            "Too many logins have failed: the next attempt is possible in \(seconds) seconds. Do not check the password.",
            retryAfter: .seconds(seconds)
        )
    }

    static let invalidCursor = SessionError(
        .invalidCursor,
        "The cursor is not one of this list: begin at the first page, with no cursor."
    )

    static let notEnumerable = SessionError(
        .notOffered,
        "The store cannot list its sessions, so they cannot all be ended: use one that is an EnumerableSessionStore."
    )

    static let sealedUnlisted = SessionError(
        .notOffered,
        """
        Sealed sessions are in their cookies, and no server lists them by user: end all of a user with \
        revokeAll(of:) or logOutOthers(), or keep sessions with the backend .stored(in:).
        """
    )

    static let sealedWithoutToken = SessionError(
        .notOffered,
        "A sealed session has no token: end it by its id with SessionEngine.revoke(_:)."
    )

    static func notAuthenticated(challenges: [String]) -> SessionError {
        SessionError(
            .notAuthenticated,
            "No one is logged in, and this operation requires a user: call logIn(_:) first.",
            challenges: challenges
        )
    }

    static func authenticationTooOld(_ age: Duration, limit: Duration, challenges: [String]) -> SessionError {
        SessionError(
            .authenticationTooOld,
            """
            The user authenticated \(age.wholeSeconds) seconds ago, and this asks for \(limit.wholeSeconds) at the most: \
            check who they are again, and call reauthenticate().
            """,
            challenges: challenges
        )
    }

    static func authenticationTooWeak(
        _ reached: AuthenticationLevel?,
        required: AuthenticationLevel,
        challenges: [String]
    ) -> SessionError {
        SessionError(
            .authenticationTooWeak,
            """
            The user has reached \(reached.map { "level \($0.name)" } ?? "no authentication level"), and this asks for \
            \(required.name): ask for what that takes, and call reauthenticate(level:).
            """,
            challenges: challenges
        )
    }

    static let deviceNotBound = SessionError(
        .deviceNotBound,
        "The session is bound to no device, and this operation requires one that is: log in again with a browser that binds."
    )

    static func impersonationRefused(_ reason: String) -> SessionError {
        SessionError(
            .impersonationRefused,
            "The administrator may not act as this user: \(reason)."
        )
    }

    static func refusedWhileActing(_ operation: String) -> SessionError {
        SessionError(
            .refusedWhileActing,
            "\(operation) is refused while an administrator acts as the user: call stopActing() first."
        )
    }

    static let impersonationNotOffered = SessionError(
        .notOffered,
        """
        A session in which an administrator acts ends with the administrator's, which only a store knows: keep \
        sessions with the backend .stored(in:).
        """
    )

    static func credentialsChanged(_ version: Int64, required: Int64) -> SessionError {
        SessionError(
            .credentialsChanged,
            """
            The credentials of version \(version) were changed: version \(required) is required. Check the present ones, \
            and log in with their version.
            """
        )
    }

    static func invalidAuthentication(_ message: String) -> SessionError {
        SessionError(.invalidAuthentication, message)
    }

    static let externalFacts = SessionError(
        .notOffered,
        """
        The other system keeps no credential versions, authentication methods or levels: log in without them, or keep \
        sessions with the backend .stored(in:).
        """
    )

    static let externalHandshakes = SessionError(
        .notOffered,
        """
        The other system writes back values that it read before, and with them handshakes that are finished: keep \
        sessions with the backend .stored(in:).
        """
    )

    static let externalUnlisted = SessionError(
        .notOffered,
        """
        The other system keeps its sessions by secret names, and does not list them by user: end all of a user \
        with revokeAll(of:), logOutOthers() or logOutEverywhere(), or keep sessions with the backend .stored(in:).
        """
    )

    /// A value that the other system cannot store.
    package static func unstorable(_ name: String, _ reason: String) -> SessionError {
        SessionError(.notEncodable, "The value \"\(UntrustedText.escaped(name))\" cannot be kept: \(reason)")
    }

    /// A record that is too large for the other system.
    package static func recordTooLarge(_ byteCount: Int, limit: Int) -> SessionError {
        SessionError(
            .valuesTooLarge,
            """
            The record of the session takes \(byteCount) bytes; the limit (ExpressConfiguration.maximumRecordSize) is \
            \(limit). Keep large things elsewhere and their keys here.
            """
        )
    }

    /// Problems that another module finds in a configuration.
    package static func refused(_ problems: [String]) -> SessionError { .configuration(problems) }

    static let conflictingSessions = SessionError(
        .conflictingSessions,
        "The request carries the sessions of two visitors, one in a cookie and one in a field: send one of them."
    )

    static func invalidCredentials(_ challenge: SessionChallenge, challenges: [String]) -> SessionError {
        let problem =
            switch challenge {
            case .malformed: "are repeated or malformed"
            case .unknownToken: "open no session"
            default: "have an unknown scheme"
            }
        return SessionError(
            .invalidCredentials,
            "The credentials of the request \(problem): send one field of the form \"Authorization: Bearer TOKEN\".",
            challenges: challenges
        )
    }

    static func unknownTransport(_ kind: SessionTransportKind, of kinds: [SessionTransportKind]) -> SessionError {
        SessionError(
            .notOffered,
            """
            The engine has no transport of the kind "\(kind)", but \(kinds.map { "\"\($0)\"" }.joined(separator: ", ")): \
            give SessionEngine one in transports.
            """
        )
    }

    static func invalidLimit(_ length: Duration, absolute: Duration) -> SessionError {
        SessionError(
            .invalidLimit,
            """
            A session cannot be remembered for \(length): give 1 second to \(absolute), which is \
            rememberedLimits.absolute, or lengthen that. To end a session call destroy().
            """
        )
    }

    static func invalidHandshakeLifetime(_ lifetime: Duration) -> SessionError {
        SessionError(.invalidLimit, "A handshake cannot finish within \(lifetime): give 1 second or more.")
    }

    static func sessionLimit(_ limit: Int) -> SessionError {
        SessionError(
            .sessionLimit,
            "The user has \(limit) sessions, which is the maximum: one must be logged out first."
        )
    }

    /// - Throws: ``SessionError`` with the code `invalidSubject`.
    static func check(subject: String) throws(SessionError) {
        guard (1...1024).contains(subject.utf8.count) else {
            throw SessionError(.invalidSubject, "A subject has 1 to 1,024 bytes; this one has \(subject.utf8.count).")
        }
        guard !subject.utf8.starts(with: SessionRecord.reservedPrefix.utf8) else {
            throw SessionError(.invalidSubject, "This subject is kept for the library: choose another.")
        }
    }
}
