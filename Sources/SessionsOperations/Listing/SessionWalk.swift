//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
package import Sessions

/// Reads the sessions of a store, or of a user, page by page. Memory depends on the size of a page alone.
package struct SessionWalk: Sendable {
    package static let defaultPageSize = 500

    private let store: any SubjectSessionStore & EnumerableSessionStore
    private let user: String?
    private let pageSize: Int
    private let clock: SessionClock

    /// - Parameters:
    ///   - store: The store.
    ///   - user: Whose sessions. Nil: those of everyone.
    ///   - pageSize: The most sessions of a page.
    ///   - clock: The clock. The default is the system's.
    package init(
        _ store: any SubjectSessionStore & EnumerableSessionStore,
        user: String? = nil,
        pageSize: Int = SessionWalk.defaultPageSize,
        clock: SessionClock = .system
    ) {
        self.store = store
        self.user = user
        self.pageSize = max(1, pageSize)
        self.clock = clock
    }

    /// Calls a body with each page. Records that are no sessions, which the library keeps in the same store, are left
    /// out.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin. The default is the first page.
    ///   - limit: The most sessions in all. The default is no limit.
    /// - Returns: Where to continue after the limit; nil after the last page.
    @discardableResult
    package func forEachPage(
        from cursor: SessionCursor? = nil,
        limit: Int? = nil,
        _ body: ([SessionRecord]) async throws -> Void
    ) async throws -> SessionCursor? {
        var (next, rest) = (cursor, limit ?? .max)
        guard rest > 0 else { return next }
        repeat {
            try Task.checkCancellation()
            let page = try await self.page(from: next, limit: min(self.pageSize, rest))
            let sessions = page.records.filter(\.isSession)
            next = page.next
            rest -= sessions.count
            try await body(sessions)
        } while next != nil && rest > 0
        return next
    }

    private func page(from cursor: SessionCursor?, limit: Int) async throws -> SessionPage {
        let now = self.clock.now
        guard let user = self.user else { return try await self.store.page(from: cursor, limit: limit, now: now) }
        return try await self.store.page(of: user, from: cursor, limit: limit, now: now)
    }
}
#endif
