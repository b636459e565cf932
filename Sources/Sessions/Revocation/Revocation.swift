//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// An entry of the revocation log: one session has ended, or all sessions of an earlier epoch, of a subject or of
/// everyone.
struct Revocation: Sendable, Hashable {
    /// The id of the session, or the id that represents the subject or everyone.
    var id: SessionID
    /// Sessions of an earlier epoch have ended. For a single session the epoch is later than any other.
    var epoch: Int64
    /// When the entry expires: by then every copy of a session that it ends has expired.
    var until: SessionInstant

    private static let endOfUser = Int64.max
    private static let endOfVisitor = Int64.max - 1

    /// The epoch of sessions that former credentials ended. A credential version is not a time, so it is 0, which lets
    /// the visitor begin a new session.
    static let epochOfCredentials: Int64 = 0

    /// The revocation of one session.
    static func session(_ id: SessionID, isAnonymous: Bool = false, until: SessionInstant) -> Revocation {
        Revocation(id: id, epoch: isAnonymous ? self.endOfVisitor : self.endOfUser, until: until)
    }

    /// A trace of an append whose reply may be lost. It ends nothing, and its author recognizes it by its random id.
    static func trace(_ id: SessionID, until: SessionInstant) -> Revocation {
        Revocation(id: id, epoch: 0, until: until)
    }

    /// An epoch after the last one, and after that of any existing session, whichever server's clock made it.
    static func epoch(after last: Int64?, now: SessionInstant) -> Int64 {
        max(now.millisecondsSince1970, (last ?? 0).addingSaturating(1))
    }

    /// Whether it ends one session.
    var isSession: Bool { self.epoch >= Self.endOfVisitor }
    /// Whether it ends one anonymous session.
    var isAnonymous: Bool { self.epoch == Self.endOfVisitor }
    /// Whether it is a trace.
    var isTrace: Bool { self.epoch == 0 }

    /// The id that represents a subject: half of a hash, so that subjects are distinguished by their bytes and keys
    /// have one length.
    static func id(of subject: String) -> SessionID {
        self.id("swift-sessions revocation", subject)
    }

    /// The id that represents a subject's oldest valid credential version, derived from the subject's id.
    static func credentialsID(of subject: SessionID) -> SessionID {
        SessionID(high: subject.high ^ 0x6372_6564_656E_7469, low: subject.low ^ 0x616C_7300_0000_0000)
    }

    /// The id that represents everyone. No subject has this id.
    static let everyone = Self.id("swift-sessions everyone")

    /// The first half of the hash of a string, passed in two parts to avoid a copy.
    static func id(_ prefix: String, _ rest: String = "") -> SessionID {
        var hash = SHA256()
        for var part in [prefix, rest] {
            part.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
        return hash.finalize().withUnsafeBytes { bytes in
            SessionID(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}

extension Revocation {
    /// The size of an entry in bytes.
    private static let byteCount = 32

    /// Encodes entries as base64url: the id, epoch and expiry of each, big-endian.
    static func encode(_ revocations: [Revocation]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(revocations.count * self.byteCount)
        for revocation in revocations {
            let words = (
                revocation.id.high.bigEndian, revocation.id.low.bigEndian, revocation.epoch.bigEndian,
                revocation.until.millisecondsSince1970.bigEndian
            )
            withUnsafeBytes(of: words) { bytes.append(contentsOf: $0) }
        }
        return Base64URL.encode(bytes)
    }

    /// Decodes entries, or returns nil when ``encode(_:)`` did not make the input.
    static func decode(_ text: String) -> [Revocation]? {
        guard let bytes = Base64URL.decode(Array(text.utf8)), bytes.count % self.byteCount == 0 else { return nil }
        return bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: self.byteCount).map { start in
                func word(_ index: Int) -> UInt64 {
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 8 * index, as: UInt64.self))
                }
                return Revocation(
                    id: SessionID(high: word(0), low: word(1)),
                    epoch: Int64(bitPattern: word(2)),
                    until: SessionInstant(millisecondsSince1970: Int64(bitPattern: word(3)))
                )
            }
        }
    }
}
