//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// A position in the index of a user's sessions: the last entry that was read, and when the scan began.
///
/// ```
/// cursor = 1 (1 byte) · score (8, big-endian) · start of the scan (8) · member (at most 200)
/// ```
struct RedisIndexCursor {
    private static let form: UInt8 = 1
    private static let memberLimit = 200

    let score: Double
    let begunAt: SessionInstant
    let member: [UInt8]

    init(score: Double, begunAt: SessionInstant, member: [UInt8]) {
        self.score = score
        self.begunAt = begunAt
        // Entries of this library have 36 bytes. A truncated member sorts before the whole one, so that no entry of
        // this library is missed.
        self.member = Array(member.prefix(Self.memberLimit))
    }

    /// - Throws: `SessionStoreError` with the code `invalidCursor`.
    init(_ cursor: SessionCursor) throws(SessionStoreError) {
        var reader = CursorReader(cursor.bytes)
        guard reader.readByte() == Self.form, let score = reader.readWord(), let begunAt = reader.readWord(),
            (1...Self.memberLimit).contains(reader.rest.count), Double(bitPattern: score).isFinite
        else { throw .invalidCursor }
        self.score = Double(bitPattern: score)
        self.begunAt = SessionInstant(millisecondsSince1970: Int64(bitPattern: begunAt))
        self.member = Array(reader.rest)
    }

    var cursor: SessionCursor {
        let begunAt = UInt64(bitPattern: self.begunAt.millisecondsSince1970)
        return SessionCursor(
            bytes: [Self.form] + self.score.bitPattern.bigEndianBytes + begunAt.bigEndianBytes + self.member)
    }
}

/// Parses the bytes of a cursor, which are untrusted.
struct CursorReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.rest = bytes[...] }

    mutating func readByte() -> UInt8? { self.rest.popFirst() }

    mutating func readWord() -> UInt64? {
        guard let bytes = self.readBytes(8) else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func readBytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard self.rest.count >= count else { return nil }
        defer { self.rest = self.rest.dropFirst(count) }
        return self.rest.prefix(count)
    }
}

extension UInt64 {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: self.bigEndian) { Array($0) } }
}
#endif
