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
        let limits = self.limits(isRemembered: self.remembersEverySession)
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

    /// Whether a record is over, also by an idle limit that was shortened since it was written.
    @inline(__always)
    func isOver(_ record: SessionRecord, now: Instant) -> Bool {
        let idle = self.limits(of: record).idleMilliseconds
        let idleEnd = idle.map { record.lastAccessedAt.advanced(byMilliseconds: $0) } ?? .distantFuture
        return record.isExpired(at: now) || now >= idleEnd
    }

    func checkSize(of values: SessionValues) throws(SessionError) {
        guard values.byteCount <= self.maximumValuesSize else {
            throw .valuesTooLarge(values, limit: self.maximumValuesSize)
        }
    }
}
