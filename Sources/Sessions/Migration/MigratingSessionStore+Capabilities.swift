//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Listings read the old store first: sessions that move in the meantime are found in the new one.
extension MigratingSessionStore: SubjectSessionStore where Old: SubjectSessionStore, New: SubjectSessionStore {
    public func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: SessionInstant
    ) async throws -> SessionPage {
        let page = try await self.pageOfEither(from: cursor, limit: limit, now: now) { store, cursor, limit in
            switch store {
            case .old: try await self.old.page(of: subject, from: cursor, limit: limit, now: now)
            case .new: try await self.new.page(of: subject, from: cursor, limit: limit, now: now)
            }
        }
        return SessionPage(page.records.filter { $0.belongs(to: subject) }, next: page.next)
    }

    /// Ends them one by one, a few in parallel: a session never changes its subject.
    public func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        let page = try await self.page(of: subject, from: cursor, limit: limit, now: now)
        let ids = page.records.map(\.id).filter { !kept.contains($0) }
        let ended = try await ids.concurrentMap(atMost: 32) { id in
            try await self.end(id, tombstoneUntil: tombstoneUntil, now: now)
        }
        return SessionEndingPage(endedCount: ended.count { $0 }, next: page.next)
    }
}

extension MigratingSessionStore: EnumerableSessionStore where Old: EnumerableSessionStore, New: EnumerableSessionStore {
    /// Returns how many sessions are live in either store. A session that is moving at this moment may be counted
    /// twice, and so may one whose migration was interrupted, until a request uses it.
    public func count(now: SessionInstant) async throws -> Int {
        let left = try await self.old.count(now: now)
        return left + (try await self.new.count(now: now))
    }

    public func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage {
        try await self.pageOfEither(from: cursor, limit: limit, now: now) { store, cursor, limit in
            switch store {
            case .old: try await self.old.page(from: cursor, limit: limit, now: now)
            case .new: try await self.new.page(from: cursor, limit: limit, now: now)
            }
        }
    }

    public func clear() async throws {
        try await self.old.clear()
        try await self.new.clear()
    }
}

extension MigratingSessionStore: SweepableSessionStore where Old: SweepableSessionStore, New: SweepableSessionStore {
    public func sweep(limit: Int, now: SessionInstant) async throws -> Int {
        let removed = try await self.old.sweep(limit: limit, now: now)
        guard removed < limit else { return removed }
        return removed + (try await self.new.sweep(limit: limit - removed, now: now))
    }
}

/// Which of the two stores a listing is in. The raw value is the first byte of a cursor.
private enum ListedStore: UInt8 {
    case old, new
}

extension MigratingSessionStore {
    /// Returns a page of the old store, and of the new one once the old one has no more.
    private func pageOfEither(
        from cursor: SessionCursor?,
        limit: Int,
        now: SessionInstant,
        _ read: (ListedStore, SessionCursor?, Int) async throws -> SessionPage
    ) async throws -> SessionPage {
        var store = ListedStore.old
        if let cursor {
            guard let listed = cursor.bytes.first.flatMap(ListedStore.init) else {
                throw SessionStoreError.invalidCursor
            }
            store = listed
        }
        let rest = cursor.map { Array($0.bytes.dropFirst()) } ?? []
        var page = try await read(store, rest.isEmpty ? nil : SessionCursor(bytes: rest), limit)
        var records = try await self.listed(page.records, in: store, now: now)
        if store == .old, page.next == nil {
            store = .new
            guard records.count < limit else {
                return SessionPage(records, next: SessionCursor(bytes: [store.rawValue]))
            }
            page = try await read(store, nil, limit - records.count)
            records += try await self.listed(page.records, in: store, now: now)
        }
        return SessionPage(records, next: page.next.map { SessionCursor(bytes: [store.rawValue] + $0.bytes) })
    }

    /// The records of a page that a listing shows.
    private func listed(
        _ records: [SessionRecord],
        in store: ListedStore,
        now: SessionInstant
    ) async throws -> [SessionRecord] {
        var listed: [SessionRecord] = []
        for record in records {
            if record.migrationMarker == nil {
                listed.append(record)
            } else if store == .old {
                // It is being handed off, or has moved: complete the handoff, and list it in the new store.
                _ = try await self.load(record.id, now: now)
            }
        }
        return listed
    }
}

extension Array where Element: Sendable {
    /// Calls a closure for each element, with bounded concurrency. The results come in any order.
    func concurrentMap<Answer: Sendable>(
        atMost width: Int,
        _ operation: @escaping @Sendable (Element) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            var answers: [Answer] = []
            for (index, element) in self.enumerated() {
                if index >= Swift.max(1, width), let answer = try await group.next() { answers.append(answer) }
                group.addTask { try await operation(element) }
            }
            for try await answer in group { answers.append(answer) }
            return answers
        }
    }
}
