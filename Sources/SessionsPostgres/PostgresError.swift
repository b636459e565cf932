//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Why a PostgreSQL call failed, on the server or on the way to it: the underlying error of a `SessionStoreError` of a
/// ``PostgresSessionStore``, and what a ``PostgresExecutor`` throws.
public struct PostgresError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The five-character SQLSTATE of PostgreSQL, as in appendix A of its manual. Nil if the error is not from the
    /// server.
    public let sqlState: String?

    /// The description of the failure. It contains no stored or sent values and no password.
    public let message: String

    /// Whether the server may have performed the statement: it was sent, and its reply did not arrive.
    public let mayHaveRun: Bool

    /// Creates an error of a client.
    ///
    /// - Parameters:
    ///   - message: What happened and what to do, without any secret.
    ///   - mayHaveRun: Whether the server may have performed the statement.
    public init(_ message: String, mayHaveRun: Bool) {
        self.sqlState = nil
        self.message = message
        self.mayHaveRun = mayHaveRun
    }

    /// Creates the error for an error of the server.
    ///
    /// A message that may contain stored values is left out: those of errors about values and of errors that triggers
    /// raise. Any other is truncated to 512 characters.
    ///
    /// - Parameters:
    ///   - sqlState: The SQLSTATE, such as `40001`.
    ///   - serverMessage: The primary message of the server, if there is one.
    public init(sqlState: String, serverMessage: String?) {
        let isAboutValues = ["22", "23", "P0"].contains { sqlState.hasPrefix($0) }
        let message = isAboutValues ? nil : serverMessage
        self.init(
            sqlState: sqlState,
            String((message ?? "PostgreSQL refused it").prefix(512)),
            mayHaveRun: sqlState.hasPrefix("57P") || sqlState.hasPrefix("08")
        )
    }

    init(sqlState: String?, _ message: String, mayHaveRun: Bool = false) {
        self.sqlState = sqlState
        self.message = message
        self.mayHaveRun = mayHaveRun
    }

    /// Creates the error of a statement that was not performed.
    init(_ message: String) { self.init(message, mayHaveRun: false) }

    /// The SQLSTATE and the message.
    public var description: String {
        self.sqlState.map { "\($0): \(self.message)" } ?? self.message
    }
}

extension PostgresError {
    /// A reply did not arrive in time. The server may have performed the statement.
    public static let deadlineExceeded = PostgresError("no answer came in time", mayHaveRun: true)

    /// The connection was lost after the statement was sent. The server may have performed the statement.
    public static let closed = PostgresError("the connection was closed", mayHaveRun: true)

    /// The call waited for a connection until its deadline. The statement was not sent.
    public static let queuedTooLong = PostgresError("no connection was free in time")

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
