//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
/// Why a PostgreSQL call failed, on the server or on the way to it: the underlying error of a `SessionStoreError` of a
/// ``PostgresSessionStore``.
public struct PostgresError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The five-character SQLSTATE of PostgreSQL, as in appendix A of its manual. Nil if the error is not from the
    /// server.
    public let sqlState: String?

    /// The description of the failure. It contains no stored or sent values and no password.
    public let message: String

    /// Whether the server may have performed the statement: it was sent, and its reply did not arrive.
    public let mayHaveRun: Bool

    init(sqlState: String? = nil, _ message: String, mayHaveRun: Bool = false) {
        self.sqlState = sqlState
        self.message = message
        self.mayHaveRun = mayHaveRun
    }

    /// The SQLSTATE and the message.
    public var description: String {
        self.sqlState.map { "\($0): \(self.message)" } ?? self.message
    }
}

extension PostgresError {
    /// A reply did not arrive in time.
    static let deadlineExceeded = PostgresError("no answer came in time", mayHaveRun: true)

    /// The call waited for a connection until its deadline.
    static let queuedTooLong = PostgresError("no connection was free in time")

    /// The call was given up before its statement was sent.
    static let givenUp = PostgresError("the deadline of the call passed before it was sent")

    /// Whether a deadline passed.
    var isDeadline: Bool {
        [.deadlineExceeded, .queuedTooLong, .givenUp].contains(self) || self.sqlState == "57014"
    }

    /// Whether other transactions blocked this one, which was rolled back: `lock_not_available`,
    /// `serialization_failure` and `deadlock_detected`.
    var isConflict: Bool { self.sqlState == "55P03" || self.isSerializationFailure }

    /// Whether the server rolled the statement back in favor of another one, so that it may be sent again.
    var isSerializationFailure: Bool { self.sqlState == "40001" || self.sqlState == "40P01" }

    /// Whether the server no longer knows the prepared statement, or knows it with another result type.
    var isForgottenStatement: Bool { self.sqlState == "26000" || self.sqlState == "0A000" }

    /// Whether the name of a prepared statement is taken. Names are unique to a connection, so a pooler has let clients
    /// share one.
    var isDuplicateStatement: Bool { self.sqlState == "42P05" }

    /// Whether the table or the schema does not exist.
    var isMissingTable: Bool { self.sqlState == "42P01" || self.sqlState == "3F000" }

    /// Whether the server rejects writes: it is a replica, perhaps since a moment ago.
    var isReadOnly: Bool { self.sqlState == "25006" }

    /// Whether the connection was lost, so that another one may succeed at once.
    var isLoss: Bool {
        self.sqlState.map { $0.hasPrefix("57P") || $0.hasPrefix("08") } ?? !self.isDeadline
    }

    /// Whether the same statement may succeed if it is repeated at once.
    var isWorthRepeating: Bool {
        self.isLoss || self.isSerializationFailure || self.isMissingTable || self.isDuplicateStatement
    }

    /// Whether the connection is no longer usable.
    var endsConnection: Bool { self.isLoss || self == .deadlineExceeded }

    /// Whether the cause is the state or the permissions of the database, which a retry does not change.
    var isLasting: Bool {
        guard let sqlState = self.sqlState else { return false }
        return ["0A", "3F", "42"].contains { sqlState.hasPrefix($0) }
    }

    /// The same error, for a statement that changes nothing.
    var ofPreparation: PostgresError {
        self == .deadlineExceeded ? .givenUp : PostgresError(sqlState: self.sqlState, self.message)
    }
}
#endif
