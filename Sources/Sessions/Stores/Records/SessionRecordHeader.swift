//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The fields at fixed offsets in a binary record, read and written without decoding the rest.
package struct SessionRecordHeader {
    /// The offset of each field from the first byte of the record.
    package enum Offset {
        static let flags = 1
        package static let versionCounter = 2
        static let versionTag = 10
        package static let lastAccessedAt = 26
        package static let expiresAt = 34
        package static let absoluteExpiresAt = 42
        package static let end = 50
    }

    let isAuthenticated: Bool
    let version: SessionVersion
    private var lastAccessedAt: SessionInstant
    private(set) var expiresAt: SessionInstant
    package let absoluteExpiresAt: SessionInstant

    /// Parses the header, or returns nil when the bytes are too short for one.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= Offset.end else { return nil }
        func word(at offset: Int) -> UInt64 {
            bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
        }
        func instant(at offset: Int) -> SessionInstant {
            SessionInstant(millisecondsSince1970: Int64(bitPattern: word(at: offset)))
        }
        self.isAuthenticated = bytes[Offset.flags] & 1 == 1
        self.version = SessionVersion(counter: word(at: Offset.versionCounter), tag: word(at: Offset.versionTag))
        self.lastAccessedAt = instant(at: Offset.lastAccessedAt)
        self.expiresAt = instant(at: Offset.expiresAt)
        self.absoluteExpiresAt = instant(at: Offset.absoluteExpiresAt)
    }

    /// The earlier of the two limits.
    var end: SessionInstant { min(self.expiresAt, self.absoluteExpiresAt) }

    package func isExpired(at now: SessionInstant) -> Bool {
        now >= self.expiresAt || now >= self.absoluteExpiresAt
    }

    /// Applies a touch, as ``SessionRecord/apply(_:)`` does, in place.
    mutating func apply(_ touch: SessionTouch, to bytes: inout [UInt8]) {
        self.lastAccessedAt = max(self.lastAccessedAt, touch.lastAccessedAt)
        self.expiresAt = max(self.expiresAt, min(touch.expiresAt, self.absoluteExpiresAt))
        for (instant, offset) in [(self.lastAccessedAt, Offset.lastAccessedAt), (self.expiresAt, Offset.expiresAt)] {
            let word = UInt64(bitPattern: instant.millisecondsSince1970).littleEndian
            bytes.withUnsafeMutableBytes { $0.storeBytes(of: word, toByteOffset: offset, as: UInt64.self) }
        }
    }
}
