//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
/// Why PostgreSQL, or the way to it, did not do what it was asked: the error beneath a `SessionStoreError` of a
/// ``PostgresSessionStore``.
public struct PostgresError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The five characters with which PostgreSQL names an error, as in its manual's appendix A; nil when it was not the
    /// server that spoke.
    public let sqlState: String?

    /// What happened, without any value that was stored or sent, and without the password.
    public let message: String

    /// Whether the server may have done what it was asked: the statement was sent, and its answer did not come.
    public let mayHaveRun: Bool

    init(sqlState: String? = nil, _ message: String, mayHaveRun: Bool = false) {
        self.sqlState = sqlState
        self.message = message
        self.mayHaveRun = mayHaveRun
    }

    /// The state and the message.
    public var description: String {
        self.sqlState.map { "\($0): \(self.message)" } ?? self.message
    }
}

extension PostgresError {
    /// An answer did not come in time.
    static let deadlineExceeded = PostgresError("no answer came in time", mayHaveRun: true)

    /// The call waited for a connection until its time was up.
    static let queuedTooLong = PostgresError("no connection was free in time")

    /// The call was given up before its statement was sent.
    static let givenUp = PostgresError("the time of the call was up before it was sent")

    /// Whether it was a matter of time.
    var isDeadline: Bool {
        [.deadlineExceeded, .queuedTooLong, .givenUp].contains(self) || self.sqlState == "57014"
    }

    /// Whether other transactions were in the way of this one, which was undone: `lock_not_available`,
    /// `serialization_failure` and `deadlock_detected`.
    var isConflict: Bool { self.sqlState == "55P03" || self.isSerializationFailure }

    /// Whether the server undid the statement for another's sake, so that it may be sent again.
    var isSerializationFailure: Bool { self.sqlState == "40001" || self.sqlState == "40P01" }

    /// Whether the server no longer knows the statement, or knows it with another result.
    var isForgottenStatement: Bool { self.sqlState == "26000" || self.sqlState == "0A000" }

    /// Whether the name of a statement is taken. Names are of one connection alone: a pooler has let several share one.
    var isDuplicateStatement: Bool { self.sqlState == "42P05" }

    /// Whether there is no such table, or no such schema.
    var isMissingTable: Bool { self.sqlState == "42P01" || self.sqlState == "3F000" }

    /// Whether the server takes no writes: it is a replica, perhaps since a moment ago.
    var isReadOnly: Bool { self.sqlState == "25006" }

    /// Whether the connection was lost, so that another one may do better at once.
    var isLoss: Bool {
        self.sqlState.map { $0.hasPrefix("57P") || $0.hasPrefix("08") } ?? !self.isDeadline
    }

    /// Whether the same statement may do better at once.
    var isWorthRepeating: Bool {
        self.isLoss || self.isSerializationFailure || self.isMissingTable || self.isDuplicateStatement
    }

    /// Whether the connection cannot be used any more.
    var endsConnection: Bool { self.isLoss || self == .deadlineExceeded }

    /// Whether it is about what the database has and permits, which trying again does not change.
    var isLasting: Bool {
        guard let sqlState = self.sqlState else { return false }
        return ["0A", "3F", "42"].contains { sqlState.hasPrefix($0) }
    }

    /// The same error of something that changes nothing.
    var ofPreparation: PostgresError {
        self == .deadlineExceeded ? .givenUp : PostgresError(sqlState: self.sqlState, self.message)
    }
}
#endif
