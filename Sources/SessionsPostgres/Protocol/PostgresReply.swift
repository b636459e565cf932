//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The reply to a ``PostgresCommand``.
public struct PostgresReply: Sendable {
    /// The rows.
    public var rows: [Row]
    /// The number of rows that a statement without result rows has changed, from its command tag.
    public var changedCount: Int
    /// Whether the statement had been sent before and its reply was lost. It may have been performed, and other servers
    /// may have written since.
    var mayBeRepetition = false

    /// Creates a reply.
    ///
    /// - Parameters:
    ///   - rows: The rows. The default is none.
    ///   - changedCount: The number of changed rows, from the command tag. The default is 0.
    public init(rows: [Row] = [], changedCount: Int = 0) {
        self.rows = rows
        self.changedCount = changedCount
    }
}

extension PostgresReply {
    /// The cells of a row, in the order of the columns.
    public struct Row: Sendable {
        let cells: [Cell]

        /// Creates a row.
        public init(_ cells: [Cell]) { self.cells = cells }
    }

    /// The value of a column in a row.
    public struct Cell: Sendable {
        enum Value: Sendable {
            case null
            case word(UInt64)
            case id(SessionID)
            case bytes([UInt8])
        }

        let value: Value

        /// A null.
        public static let null = Cell(.null)

        private init(_ value: Value) { self.value = value }

        /// Creates a value.
        ///
        /// - Parameters:
        ///   - typeID: The OID of the column's type.
        ///   - bytes: The value in PostgreSQL's binary format. They are copied.
        public init(typeID: UInt32, _ bytes: UnsafeRawBufferPointer) {
            switch (typeID, bytes.count) {
            case (PostgresParameter.TypeID.int8, 8):
                self.init(.word(UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))))
            case (PostgresParameter.TypeID.uuid, 16):
                let high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
                let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                self.init(.id(SessionID(high: high, low: low)))
            default:
                self.init(.bytes(Array(bytes)))
            }
        }
    }
}

extension PostgresReply.Row {
    // Every column is checked, never trusted.

    func bytes(_ column: Int) throws(SessionStoreError) -> [UInt8]? {
        switch try self.value(column) {
        case .null: nil
        case .bytes(let bytes): bytes
        case .word, .id: throw .foreignTable
        }
    }

    func text(_ column: Int) throws(SessionStoreError) -> String? {
        try self.bytes(column).map { String(decoding: $0, as: UTF8.self) }
    }

    func word(_ column: Int) throws(SessionStoreError) -> UInt64 {
        guard case .word(let word) = try self.value(column) else { throw .foreignTable }
        return word
    }

    func instant(_ column: Int) throws(SessionStoreError) -> SessionInstant {
        SessionInstant(millisecondsSince1970: Int64(bitPattern: try self.word(column)))
    }

    func count(_ column: Int) throws(SessionStoreError) -> Int { Int(clamping: try self.word(column)) }

    func id(_ column: Int) throws(SessionStoreError) -> SessionID? {
        switch try self.value(column) {
        case .null: nil
        case .id(let id): id
        case .word, .bytes: throw .foreignTable
        }
    }

    private func value(_ column: Int) throws(SessionStoreError) -> PostgresReply.Cell.Value {
        guard self.cells.indices.contains(column) else { throw .foreignTable }
        return self.cells[column].value
    }
}

extension PostgresReply: CustomStringConvertible, CustomReflectable {
    /// The number of rows. It does not show them, because they are session data.
    public var description: String { "a reply of \(self.rows.count) rows" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension PostgresReply.Row: CustomStringConvertible, CustomReflectable {
    /// The number of columns. It does not show them, because they are session data.
    public var description: String { "a row of \(self.cells.count) columns" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension PostgresReply.Cell: CustomStringConvertible, CustomReflectable {
    /// Whether there is a value. It does not show it, because it is session data.
    public var description: String { if case .null = self.value { "null" } else { "a value" } }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SessionStoreError {
    /// A reply that a table of this library never gives.
    static let foreignTable = SessionStoreError(
        .unavailable,
        """
        The table of sessions has other columns than this version of swift-sessions made: it was changed. Drop it, or \
        give the store another schema.
        """
    )
}
