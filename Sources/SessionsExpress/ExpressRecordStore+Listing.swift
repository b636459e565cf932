//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// Equivalents of `length`, `ids` and `all` of connect-redis, for administration rather than requests. They scan all
/// keys, page by page.
extension ExpressRecordStore {
    /// How many sessions there are: `length`.
    ///
    /// It keeps the public ids in memory while it counts, 16 bytes each, because a scan may find a key more than once.
    ///
    /// - Parameters:
    ///   - prefix: The prefix of the keys. The default is `sess:`.
    ///   - now: The present time.
    public func count(prefix: String = "sess:", now: SessionInstant) async throws -> Int {
        var ids: Set<SessionID> = []
        var cursor: SessionCursor?
        repeat {
            let page = try await self.ids(prefix: prefix, from: cursor, now: now)
            ids.formUnion(page.elements)
            cursor = page.next
        } while cursor != nil
        return ids.count
    }

    /// A page of the public ids of the sessions: `ids`. Unlike the ids that connect-redis returns, these cannot open a
    /// session.
    ///
    /// - Parameters:
    ///   - prefix: The prefix of the keys. The default is `sess:`.
    ///   - cursor: ``ExpressPage/next`` of the previous page. The default is nil: the first page.
    ///   - now: The present time.
    public func ids(
        prefix: String = "sess:",
        from cursor: SessionCursor? = nil,
        now: SessionInstant
    ) async throws -> ExpressPage<SessionID> {
        let page = try await self.keys(prefix: prefix, from: cursor, now: now)
        return ExpressPage(page.elements.map { ExternalSessionID(key: $0, prefix: prefix).id }, next: page.next)
    }

    /// A page of the records: `all`. Sessions that end meanwhile may be included or not.
    ///
    /// - Parameters:
    ///   - prefix: The prefix of the keys. The default is `sess:`.
    ///   - cursor: ``ExpressPage/next`` of the previous page. The default is nil: the first page.
    ///   - now: The present time.
    public func all(
        prefix: String = "sess:",
        from cursor: SessionCursor? = nil,
        now: SessionInstant
    ) async throws -> ExpressPage<ExpressRecord> {
        let page = try await self.keys(prefix: prefix, from: cursor, now: now)
        var records: [ExpressRecord] = []
        for key in page.elements {
            guard case .found(let text, _) = try await self.load(key, now: now) else { continue }
            records.append(ExpressRecord(id: ExternalSessionID(key: key, prefix: prefix).id, text: text))
        }
        return ExpressPage(records, next: page.next)
    }
}
