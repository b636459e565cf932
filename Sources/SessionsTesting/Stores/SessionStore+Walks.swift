//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// All pages in one call, for tests with few sessions. Applications read page by page.
extension SubjectSessionStore {
    /// All live sessions of a subject, in the order of their ids.
    ///
    /// - Parameters:
    ///   - subject: The subject.
    ///   - pageSize: The number of sessions in a page. The default is 100.
    ///   - now: The present time.
    public func sessions(of subject: String, pageSize: Int = 100, now: SessionInstant) async throws -> [SessionRecord] {
        try await SessionPage.walk { try await self.page(of: subject, from: $0, limit: pageSize, now: now) }
    }

    /// Ends all sessions of a subject except the given ones.
    ///
    /// - Returns: How many were ended.
    @discardableResult
    public func endAll(
        of subject: String,
        except kept: Set<SessionID>,
        pageSize: Int = 100,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> Int {
        var endedCount = 0
        var cursor: SessionCursor?
        repeat {
            let page = try await self.endSessions(
                of: subject, except: kept, from: cursor, limit: pageSize, tombstoneUntil: tombstoneUntil, now: now)
            endedCount += page.endedCount
            cursor = page.next
        } while cursor != nil
        return endedCount
    }
}

extension EnumerableSessionStore {
    /// All live sessions, in the order of their ids.
    ///
    /// - Parameters:
    ///   - pageSize: The number of sessions in a page. The default is 100.
    ///   - now: The present time.
    public func sessions(pageSize: Int = 100, now: SessionInstant) async throws -> [SessionRecord] {
        try await SessionPage.walk { try await self.page(from: $0, limit: pageSize, now: now) }
    }
}

extension SessionPage {
    fileprivate static func walk(_ read: (SessionCursor?) async throws -> SessionPage) async throws -> [SessionRecord] {
        var records: [SessionID: SessionRecord] = [:]
        var cursor: SessionCursor?
        repeat {
            let page = try await read(cursor)
            for record in page.records { records[record.id] = record }
            cursor = page.next
        } while cursor != nil
        return records.values.sorted { $0.id < $1.id }
    }
}
