//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension MigratingSessionStore: SubjectSessionStore where Old: SubjectSessionStore, New: SubjectSessionStore {
    public func sessions(of subject: String, now: Instant) async throws -> [SessionRecord] {
        // The old store first: what leaves it meanwhile is in the new one.
        let left = try await self.old.sessions(of: subject, now: now)
        let arrived = try await self.new.sessions(of: subject, now: now)
        return try await self.merged(left, arrived, now: now).filter { $0.belongs(to: subject) }
    }

    /// Ends them one by one, a few at once: whose session it is never changes.
    @discardableResult
    public func endAll(
        of subject: String,
        except kept: Set<SessionID>,
        markedUntil: Instant,
        now: Instant
    ) async throws -> Int {
        let ids = try await self.sessions(of: subject, now: now).map(\.id).filter { !kept.contains($0) }
        return try await ids.concurrentMap(atMost: 32) { id in
            try await self.end(id, markedUntil: markedUntil, now: now)
        }.count { $0 }
    }
}

extension MigratingSessionStore: EnumerableSessionStore where Old: EnumerableSessionStore, New: EnumerableSessionStore {
    /// How many sessions are live in either store. One that is moving at this moment may be counted twice, and so may one
    /// whose move was cut off, until somebody meets it.
    public func count(now: Instant) async throws -> Int {
        let left = try await self.old.count(now: now)
        return left + (try await self.new.count(now: now))
    }

    public func page(after id: SessionID?, limit: Int, now: Instant) async throws -> [SessionRecord] {
        var last = id
        while true {
            let left = try await self.old.page(after: last, limit: limit, now: now)
            let arrived = try await self.new.page(after: last, limit: limit, now: now)
            // A full page says nothing of what comes after it.
            let horizon = [left, arrived].filter { $0.count >= limit }.compactMap(\.last?.id).min()
            let page = try await self.merged(left, arrived, now: now).filter { record in
                horizon.map { record.id <= $0 } ?? true
            }
            guard page.isEmpty, let horizon else { return Array(page.prefix(max(0, limit))) }
            last = horizon
        }
    }

    public func clear() async throws {
        try await self.old.clear()
        try await self.new.clear()
    }
}

extension MigratingSessionStore: SweepableSessionStore where Old: SweepableSessionStore, New: SweepableSessionStore {
    public func sweep(limit: Int, now: Instant) async throws -> Int {
        let removed = try await self.old.sweep(limit: limit, now: now)
        guard removed < limit else { return removed }
        return removed + (try await self.new.sweep(limit: limit - removed, now: now))
    }
}

extension MigratingSessionStore {
    /// One list of what the two stores have, each session once, in the order of the ids.
    fileprivate func merged(
        _ left: [SessionRecord],
        _ arrived: [SessionRecord],
        now: Instant
    ) async throws -> [SessionRecord] {
        var records: [SessionID: SessionRecord] = [:]
        for record in arrived where record.moveMark == nil { records[record.id] = record }
        for record in left where records[record.id] == nil {
            if record.moveMark == nil {
                records[record.id] = record
            } else if case .found(let moved) = try await self.load(record.id, now: now) {
                records[record.id] = moved
            }
        }
        return records.values.sorted { $0.id < $1.id }
    }
}

extension Array where Element: Sendable {
    /// Asks about each element, a bounded number at once; the answers come in any order.
    func concurrentMap<Answer: Sendable>(
        atMost width: Int,
        _ ask: @escaping @Sendable (Element) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            var answers: [Answer] = []
            for (index, element) in self.enumerated() {
                if index >= Swift.max(1, width), let answer = try await group.next() { answers.append(answer) }
                group.addTask { try await ask(element) }
            }
            for try await answer in group { answers.append(answer) }
            return answers
        }
    }
}
