//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionConfiguration {
    /// Creates a record for a visitor without a session.
    func newRecord(for token: SessionToken, now: SessionInstant) -> SessionRecord {
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

    /// When a session ends unless it is used again: by the limit of its last write or the current one, whichever is
    /// earlier. Tightened limits apply to existing sessions.
    @inline(__always)  // "memory: counter"
    func idleEnd(of record: SessionRecord) -> SessionInstant {
        // Nearly every session has the configured limits ("memory: untouched").
        let hasOwnLimits = record.isRemembered || self.anonymousLimits != nil
        let idle = hasOwnLimits ? self.limits(of: record).idleMilliseconds : self.limits.idleMilliseconds
        guard let idle else { return record.expiresAt }
        return min(record.expiresAt, record.lastAccessedAt.advanced(byMilliseconds: idle))
    }

    /// When a session ends even if it is used: by the limit of its creation or the current one, whichever is earlier.
    @inline(__always)  // "memory: counter"
    func absoluteEnd(of record: SessionRecord) -> SessionInstant {
        let limit = record.isRemembered ? self.rememberedLimits.absoluteMilliseconds : self.limits.absoluteMilliseconds
        let end = record.createdAt.advanced(byMilliseconds: limit)
        // Only an authentication after the creation moves the end, which is rare.
        guard end < record.absoluteExpiresAt, record.hasOptionalFields else {
            return min(end, record.absoluteExpiresAt)
        }
        // The other system sets the limits of an external session.
        guard record.external == nil else { return record.absoluteExpiresAt }
        let start = max(record.createdAt, record.authenticatedAt ?? record.createdAt)
        return min(start.advanced(byMilliseconds: limit), record.absoluteExpiresAt)
    }

    /// Whether a session has expired.
    @inline(__always)  // "memory: counter"
    func isExpired(_ record: SessionRecord, now: SessionInstant) -> Bool {
        now >= self.idleEnd(of: record) || now >= self.absoluteEnd(of: record)
    }

    func checkSize(of values: SessionValues) throws(SessionError) {
        guard values.byteCount <= self.maximumValuesSize else {
            throw .valuesTooLarge(values, limit: self.maximumValuesSize)
        }
    }
}
