//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// That sessions from before some mark are over: one session, all of a user, or all.
struct Revocation: Sendable, Hashable {
    /// What is over: the id of a session, or what stands for a user, or for everyone.
    var id: SessionID
    /// Only sessions with a mark at least as late are not over. Later than any mark for a session, of which nothing comes
    /// after.
    var mark: Int64
    /// Until when the revocation must be known: by then every session that it is about has passed its absolute limit.
    var until: Instant

    static func session(_ id: SessionID, until: Instant) -> Revocation {
        Revocation(id: id, mark: .max, until: until)
    }

    /// The mark is later than the last one, and than that of any session there may be from before, whoever's clock it
    /// was made by.
    static func all(of id: SessionID, after last: Int64?, now: Instant, until: Instant) -> Revocation {
        let next = (last ?? 0).addingReportingOverflow(1).partialValue
        return Revocation(id: id, mark: max(now.millisecondsSince1970, next), until: until)
    }

    /// What stands for a user: half of a hash, so that users are told apart by their bytes and keys have one length.
    static func id(of subject: String) -> SessionID {
        self.id("swift-sessions revocation" + subject)
    }

    /// What stands for everyone. Nobody's name makes it.
    static let everyone = Self.id("swift-sessions everyone")

    /// What stands for the news of a ``RevocationStore``. Nobody's name makes it.
    static let news = Self.id("swift-sessions news")

    private static func id(_ text: String) -> SessionID {
        var hash = SHA256()
        hash.update(data: Array(text.utf8))
        return hash.finalize().withUnsafeBytes { bytes in
            SessionID(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}
