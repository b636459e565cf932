//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionConfiguration {
    /// A record for a visitor of whom nothing was remembered so far.
    func newRecord(for token: SessionToken, now: Instant) -> SessionRecord {
        let limits = self.limits(isRemembered: self.remembersEverySession, isAnonymous: true)
        let absoluteExpiresAt = now + limits.absolute
        return SessionRecord(
            id: token.id,
            secretHash: token.secretHash,
            secretIssuedAt: now,
            version: .first(random: self.random),
            createdAt: now,
            lastAccessedAt: now,
            expiresAt: limits.expiry(usedAt: now, absoluteExpiresAt: absoluteExpiresAt),
            absoluteExpiresAt: absoluteExpiresAt,
            isRemembered: self.remembersEverySession
        )
    }

    /// When a session ends unless it is used again: by the limit it was last written with, or by today's, whichever is
    /// earlier. Limits that are tightened apply to the sessions that exist.
    @inline(__always)
    func idleEnd(of record: SessionRecord) -> Instant {
        guard let idle = self.limits(of: record).idleMilliseconds else { return record.expiresAt }
        return min(record.expiresAt, record.lastAccessedAt.advanced(byMilliseconds: idle))
    }

    /// When a session ends in any case: by the limit it was made with, or by today's, whichever is earlier.
    @inline(__always)
    func absoluteEnd(of record: SessionRecord) -> Instant {
        let limit = record.isRemembered ? self.rememberedLimits.absoluteMilliseconds : self.limits.absoluteMilliseconds
        let end = record.createdAt.advanced(byMilliseconds: limit)
        // Only an authentication after the creation, which is rare, moves it.
        guard end < record.absoluteExpiresAt, record.hasOptionalFields else {
            return min(end, record.absoluteExpiresAt)
        }
        // The limits of a session that another system keeps are that system's.
        guard record.external == nil else { return record.absoluteExpiresAt }
        let start = max(record.createdAt, record.authenticatedAt ?? record.createdAt)
        return min(start.advanced(byMilliseconds: limit), record.absoluteExpiresAt)
    }

    /// Whether a session is over.
    @inline(__always)
    func isOver(_ record: SessionRecord, now: Instant) -> Bool {
        now >= self.idleEnd(of: record) || now >= self.absoluteEnd(of: record)
    }

    func checkSize(of values: SessionValues) throws(SessionError) {
        guard values.byteCount <= self.maximumValuesSize else {
            throw .valuesTooLarge(values, limit: self.maximumValuesSize)
        }
    }
}
