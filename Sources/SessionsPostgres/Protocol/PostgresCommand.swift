//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A statement of a store with its parameters.
public struct PostgresCommand: Sendable {
    /// Whether a command may be sent again.
    enum Idempotency: Sendable {
        /// It only reads.
        case readOnly
        /// It writes. Repeating it changes nothing more and gives the same reply.
        case idempotent
        /// It writes. It must not be sent again unless it was certainly not performed.
        case nonIdempotent
    }

    let statement: PostgresStatement
    let idempotency: Idempotency

    /// The parameters `$1`, `$2` and so on.
    public let parameters: [PostgresParameter]

    init(_ statement: PostgresStatement, _ parameters: [PostgresParameter], _ idempotency: Idempotency) {
        self.statement = statement
        self.parameters = parameters
        self.idempotency = idempotency
    }

    /// The text of the statement.
    public var sql: String { self.statement.sql }

    /// The number of the statement among those of its store. Within a store, equal numbers have equal text, so that a
    /// client can keep prepared statements under it. There are fewer than 20.
    public var number: Int { self.statement.number }

    /// Whether the statement only reads.
    public var isReadOnly: Bool { self.idempotency == .readOnly }
}

extension PostgresCommand: CustomStringConvertible, CustomReflectable {
    /// The number of parameters. It does not show them, because they contain session data.
    public var description: String { "statement \(self.number) with \(self.parameters.count) parameters" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
