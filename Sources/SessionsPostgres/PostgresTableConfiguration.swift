//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The options of a ``PostgresSessionStore`` over a ``PostgresExecutor``.
public struct PostgresTableConfiguration: Sendable {
    /// The schema of the tables. It is created if it does not exist, which needs the privilege. 1 to 32 lowercase
    /// letters, digits and underscores, not starting with a digit. The default is `sessions`.
    public var schema = "sessions"

    /// The prefix of the table names, so that several stores can share one schema. At most 32 lowercase letters, digits
    /// and underscores, not starting with a digit. The default is empty: the tables are `sessions` and
    /// `sessions_schema`.
    public var tablePrefix = ""

    /// Whether the table is created `UNLOGGED`. The default is false.
    ///
    /// - Warning: PostgreSQL empties such a table after every crash of its own, and its replicas have no data of it:
    ///   all users are logged out, and sealed sessions whose revocation was stored there become valid again. Never keep
    ///   revocations of sealed sessions in one.
    public var isUnlogged = false

    /// How long a write waits for a row that another transaction has locked. Then it fails with the code `recordBusy`.
    /// Give less than the deadline of the executor. The default is 500 milliseconds.
    public var lockTimeout: Duration = .milliseconds(500)

    /// Creates a configuration with the defaults.
    public init() {}

    /// What is wrong with it, in words that say what to change.
    var problems: [String] {
        var problems = self.nameProblems
        if self.lockTimeout < .milliseconds(1) || self.lockTimeout > .hours(1) {
            problems.append("lockTimeout is \(self.lockTimeout): give 1 millisecond to 1 hour.")
        }
        return problems
    }

    /// What is wrong with the names.
    var nameProblems: [String] {
        let rest = "small letters, digits and underscores, not beginning with a digit."
        var problems: [String] = []
        if !Self.isName(self.schema) { problems.append("schema is no name: give 1 to 32 \(rest)") }
        if !self.tablePrefix.isEmpty, !Self.isName(self.tablePrefix) {
            problems.append("tablePrefix is no name: give 0 to 32 \(rest)")
        }
        return problems
    }

    private static func isName(_ text: String) -> Bool {
        let isLetter = { (byte: UInt8) in byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")) ~= byte }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte }
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 32 else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) }
    }
}

extension SessionStoreError {
    static let shutDown = SessionStoreError(.unavailable, "The store was shut down.")

    /// - Throws: `SessionStoreError` with the code `unusable` that names all problems, if there are any.
    static func check(_ problems: [String]) throws(SessionStoreError) {
        guard problems.isEmpty else { throw SessionStoreError(.unusable, problems.joined(separator: " ")) }
    }
}
