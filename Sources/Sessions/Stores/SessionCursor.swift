//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A position in a listing of sessions. Only the store that made it knows what it means.
///
/// It opens nothing and may travel to a client and back as text. A store answers one that it did not make with the
/// error ``SessionStoreError/Code/invalidCursor``.
public struct SessionCursor: Sendable, Hashable, LosslessStringConvertible {
    /// The most bytes of a cursor.
    public static let maximumByteCount = 256

    /// What the store wrote into it.
    public let bytes: [UInt8]

    /// Creates a cursor, for stores.
    ///
    /// - Parameter bytes: Whatever the store needs to go on, at most ``maximumByteCount`` bytes.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads a cursor from its text: base64url without padding.
    ///
    /// - Returns: Nil for any other text, and for one that is too long.
    public init?(_ description: String) {
        guard
            description.utf8.count <= Self.maximumByteCount / 3 * 4 + 4,
            let bytes = Base64URL.decode(Array(description.utf8)), bytes.count <= Self.maximumByteCount
        else { return nil }
        self.bytes = bytes
    }

    /// The cursor as text, fit for a URL.
    public var description: String { Base64URL.encode(self.bytes) }
}

extension SessionCursor {
    /// Creates a cursor of a listing that is in the order of ids.
    ///
    /// - Parameter id: The last id that was met.
    public init(after id: SessionID) {
        self.init(bytes: id.bytes)
    }

    /// The last id that was met, in a listing in the order of ids.
    ///
    /// - Throws: ``SessionStoreError`` with the code `invalidCursor` when the cursor is of another kind of listing.
    public var lastID: SessionID {
        get throws(SessionStoreError) {
            guard let id = SessionID(bytes: self.bytes) else { throw .invalidCursor }
            return id
        }
    }
}
