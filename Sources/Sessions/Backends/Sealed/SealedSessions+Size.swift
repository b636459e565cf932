//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What fits into the cookies of a sealed session.
extension SealedSessions {
    private func limit(_ record: SessionRecord, _ request: SessionRequest) -> Int {
        let isDefault = self.environment.configuration.cookieForRequest == nil && record.cookieOverrides == nil
        if isDefault { return self.defaultLimit }
        let cookie = self.environment.configuration.cookie(for: request, with: record.cookieOverrides)
        return self.capacity.characters(in: CookieTemplate(cookie))
    }

    /// Checks the size when values are stored, because it is too late for the handler when the cookie is written.
    ///
    /// - Parameter base: The previous state of the session. One that is already too large, from before a limit was
    ///   lowered, may stay so.
    func checkSize(
        of record: SessionRecord,
        after base: SessionRecord? = nil,
        _ request: SessionRequest
    ) throws {
        try self.environment.configuration.checkSize(of: record.values)
        let limit = self.limit(record, request)
        // Most sessions are so much smaller that they need not be encoded for the check.
        guard SealedRecordCodec.mayExceed(limit / 4 * 3 - Sealer.overhead, record) else { return }
        let length = Self.characterCount(of: record)
        if length <= limit { return }
        if let base, length <= Self.characterCount(of: base) { return }
        throw SessionError.cookiesTooLong(
            length,
            limit: limit,
            cookieCount: self.capacity.maximumCookies,
            largest: record.values.largest
        )
    }

    /// The maximum length of the session with these values. Its times and its counter grow with use, and must not make
    /// a page fail that only reads.
    private static func characterCount(of record: SessionRecord) -> Int {
        var oldest = record
        oldest.version = SessionVersion(counter: max(record.version.counter, 1 << 28), tag: 0)
        oldest.lastAccessedAt = max(record.lastAccessedAt, record.absoluteExpiresAt)
        oldest.expiresAt = oldest.lastAccessedAt + (record.absoluteExpiresAt - record.createdAt)
        let byteCount = SealedRecordCodec.encode(oldest).count + Sealer.overhead
        return (byteCount * 4 + 2) / 3
    }
}
