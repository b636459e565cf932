//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import GRDB
import Sessions

/// A position in a listing: a row and the schema version.
///
/// A VACUUM renumbers the rows and increments the schema version. A listing that it interrupts starts over, so that it
/// misses nothing.
struct SQLiteRowPosition {
    /// The kind of listing. A position is valid only in its own listing.
    enum Listing: UInt8 {
        case everything = 1
        case subject = 2
    }

    /// The last row that was read. Initially a number before the first row.
    var row = Int64.min
    private let listing: Listing
    private let schemaVersion: Int64

    /// - Throws: ``SessionStoreError`` with the code `invalidCursor` for a cursor of another listing.
    init(of cursor: SessionCursor?, in listing: Listing, _ db: Database) throws {
        self.listing = listing
        self.schemaVersion = try Int64.fetchOne(db, sql: "PRAGMA schema_version") ?? 0
        guard let cursor else { return }
        guard cursor.bytes.count == 17, cursor.bytes[0] == listing.rawValue else {
            throw SessionStoreError.invalidCursor
        }
        guard Int64(bigEndian: cursor.bytes[9...]) == self.schemaVersion else { return }
        self.row = Int64(bigEndian: cursor.bytes[1..<9])
    }

    /// The cursor of the page after the row.
    var cursor: SessionCursor {
        SessionCursor(bytes: [self.listing.rawValue] + self.row.bigEndianBytes + self.schemaVersion.bigEndianBytes)
    }
}

extension Int64 {
    fileprivate init(bigEndian bytes: some Collection<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | Int64($1) }
    }

    fileprivate var bigEndianBytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * Int64($0))) }
    }
}
#endif
