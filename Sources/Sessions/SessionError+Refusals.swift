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
        This engine gives out tokens and remembers nothing: keep what belongs to a visitor by session.token, or use the \
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

    static let notListable = SessionError(
        .notOffered,
        "The store does not know which sessions a user has: use one that is a SubjectSessionStore."
    )

    static let notEnumerable = SessionError(
        .notOffered,
        "The store cannot be looked through, so its sessions cannot all be ended: use one that is an EnumerableSessionStore."
    )

    static let sealedUnlisted = SessionError(
        .notOffered,
        """
        Sealed sessions are with their visitors, and no server has a list of whose they are: end all of a user with \
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
            "Nobody is logged in, and this is for users who are: call logIn(_:) first.",
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

    static let foreignUnlisted = SessionError(
        .notOffered,
        """
        The other system keeps its sessions by names that are secret, and no list of whose they are: end all of a user \
        with revokeAll(of:), logOutOthers() or logOutEverywhere(), or keep sessions with the backend .stored(in:).
        """
    )

    /// A value that the other system could not keep.
    package static func unstorable(_ name: String, _ reason: String) -> SessionError {
        SessionError(.notEncodable, "The value \"\(name)\" cannot be kept: \(reason)")
    }

    /// What another module finds wrong in a configuration.
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
            default: "are of a scheme that is not known here"
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

    static func sessionLimit(_ limit: Int) -> SessionError {
        SessionError(
            .sessionLimit,
            "The user has \(limit) sessions, which is as many as are allowed: one must be logged out first."
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
