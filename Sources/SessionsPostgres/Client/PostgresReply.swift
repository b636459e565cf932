//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions

/// The reply to a statement.
struct PostgresReply: Sendable {
    var rows: [PostgresRow] = []
    /// The number of changed rows.
    var changedCount = 0
    /// Whether the statement had been sent before and its reply was lost. It may have been performed, and other servers
    /// may have written since.
    var mayBeRepetition = false
}

/// A row of a reply. Every column is checked, never trusted.
struct PostgresRow: Sendable {
    enum Cell: Sendable {
        case null
        case word(UInt64)
        case bytes([UInt8])
    }

    let cells: [Cell]

    func bytes(_ column: Int) throws(SessionStoreError) -> [UInt8]? {
        switch try self.cell(column) {
        case .null: nil
        case .bytes(let bytes): bytes
        case .word: throw .foreignTable
        }
    }

    func word(_ column: Int) throws(SessionStoreError) -> UInt64 {
        guard case .word(let word) = try self.cell(column) else { throw .foreignTable }
        return word
    }

    func instant(_ column: Int) throws(SessionStoreError) -> SessionInstant {
        SessionInstant(millisecondsSince1970: Int64(bitPattern: try self.word(column)))
    }

    func count(_ column: Int) throws(SessionStoreError) -> Int { Int(clamping: try self.word(column)) }

    func id(_ column: Int) throws(SessionStoreError) -> SessionID? {
        guard let bytes = try self.bytes(column) else { return nil }
        guard let id = SessionID(bytes: bytes) else { throw .foreignTable }
        return id
    }

    private func cell(_ column: Int) throws(SessionStoreError) -> Cell {
        guard self.cells.indices.contains(column) else { throw .foreignTable }
        return self.cells[column]
    }
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
#endif
