//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The public name of a session: 128 random bits, stable for the life of the session.
///
/// It is the key in stores, and appears in lists, logs and administration pages. It opens nothing without the secret of
/// the session's ``SessionToken``.
public struct SessionID: Sendable, Hashable {
    /// The first 64 bits, big-endian.
    public let high: UInt64
    /// The last 64 bits, big-endian.
    public let low: UInt64

    /// Creates an id from its two halves, for stores that have their own encoding.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Creates an id from its 16 bytes, or nil when there are not 16.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.init(
            high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
        )
    }

    init(random: SessionRandom) {
        self = random.words(count: 2) { SessionID(high: $0[0], low: $0[1]) }
    }

    /// The 16 bytes of this id, big-endian: they sort as the ids do.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: (self.high.bigEndian, self.low.bigEndian)) { Array($0) }
    }
}

extension SessionID: Comparable {
    public static func < (left: SessionID, right: SessionID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension SessionID: LosslessStringConvertible {
    /// Parses an id: 22 characters of canonical unpadded base64url; nil for anything else.
    public init?(_ description: String) {
        guard description.utf8.count == 22, let bytes = Base64URL.decode(description.utf8) else { return nil }
        self.init(bytes: bytes)
    }

    /// 22 characters of canonical unpadded base64url (RFC 4648 section 5).
    public var description: String { Base64URL.encode(self.bytes) }
}

extension SessionID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = SessionID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "A session id is 22 characters of canonical unpadded base64url."
            )
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}
