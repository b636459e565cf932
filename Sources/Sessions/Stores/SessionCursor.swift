//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A position in a listing of sessions. Only the store that made it can interpret it.
///
/// It opens nothing and may travel to a client and back as text. A store rejects one that it did not make with the
/// error ``SessionStoreError/Code/invalidCursor``.
public struct SessionCursor: Sendable, Hashable, LosslessStringConvertible {
    /// The maximum size of a cursor, in bytes.
    public static let maximumByteCount = 256

    /// The content, which the store defines.
    public let bytes: [UInt8]

    /// Creates a cursor, for stores.
    ///
    /// - Parameter bytes: What the store needs to continue, at most ``maximumByteCount`` bytes.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Parses a cursor: base64url without padding.
    ///
    /// - Returns: Nil for anything else, and for a cursor that is too long.
    public init?(_ description: String) {
        guard
            description.utf8.count <= Self.maximumByteCount / 3 * 4 + 4,
            let bytes = Base64URL.decode(Array(description.utf8)), bytes.count <= Self.maximumByteCount
        else { return nil }
        self.bytes = bytes
    }

    /// The cursor as text, safe in a URL.
    public var description: String { Base64URL.encode(self.bytes) }
}

extension SessionCursor {
    /// Creates a cursor of a listing in id order.
    ///
    /// - Parameter id: The last id of the page.
    public init(after id: SessionID) {
        self.init(bytes: id.bytes)
    }

    /// The last id of the page, in a listing in id order.
    ///
    /// - Throws: ``SessionStoreError`` with the code `invalidCursor` when the cursor is of another kind of listing.
    public var lastID: SessionID {
        get throws(SessionStoreError) {
            guard let id = SessionID(bytes: self.bytes) else { throw .invalidCursor }
            return id
        }
    }
}
