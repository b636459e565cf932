//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Sessions

extension RedisSessionStore: SubjectSessionStore {
    /// The live sessions of a subject, in the order of their ids.
    ///
    /// Two round trips: one for the index, one for all records at once. A third takes entries away whose sessions have
    /// been over for minutes.
    public func sessions(of subject: String, now: Instant) async throws -> [SessionRecord] {
        let key = self.keys.index(of: RedisSubject(subject))
        let entries = try await self.indexEntries(key)
        let ids = Array(Set(entries.map(\.id))).sorted()
        let records = try await self.inParallel(ids) { try await self.record(of: $0, now: now) }
            .compactMap { $0 }.filter { $0.belongs(to: subject) }
        let living = Set(records.map(\.id))
        let outlived = entries.filter { !living.contains($0.id) && $0.isOld(at: now) }
        if !outlived.isEmpty {
            let members = outlived.map { RedisArgument($0.text) }
            _ = try await self.ask { try await self.executor.execute(RedisCommand("ZREM", [key] + members, key: key)) }
        }
        return records
    }

    @discardableResult
    public func endAll(
        of subject: String,
        except kept: Set<SessionID>,
        markedUntil: Instant,
        now: Instant
    ) async throws -> Int {
        let owner = RedisSubject(subject)
        let ids = Set(try await self.indexEntries(self.keys.index(of: owner)).map(\.id)).subtracting(kept)
        return try await self.inParallel(Array(ids)) { id in
            try await self.end(id, of: owner, markedUntil: markedUntil, now: now)
        }.count { $0 }
    }

    private func indexEntries(_ key: RedisArgument) async throws -> [RedisIndexEntry] {
        let reply = try await self.ask { try await self.executor.execute(RedisCommand("ZRANGE", key, 0, -1, key: key)) }
        guard let elements = reply.elements else { throw SessionStoreError.unexpected(reply) }
        return elements.compactMap { $0.text.flatMap { RedisIndexEntry($0) } }
    }

    /// A live record for a list; one that cannot be read is left out, for it is one bad record and not a bad list.
    func record(of id: SessionID, now: Instant) async throws -> SessionRecord? {
        do {
            guard case .found(let record) = try await self.load(id, now: now) else { return nil }
            return record
        } catch let error as SessionStoreError where error.code == .corruptRecord {
            return nil
        }
    }

    /// Asks about many keys at once, each with a command of its own, because each may be on another server of a cluster.
    /// One after the other they would be as many round trips; at once they are sent together.
    /// The answers are in the order of the questions.
    func inParallel<Question: Sendable, Answer: Sendable>(
        _ questions: [Question],
        _ ask: @escaping @Sendable (Question) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            var answers = [Answer?](repeating: nil, count: questions.count)
            for (place, question) in questions.enumerated() {
                // No more at once than a client lets wait.
                if place >= 256, let (place, answer) = try await group.next() { answers[place] = answer }
                group.addTask { (place, try await ask(question)) }
            }
            for try await (place, answer) in group { answers[place] = answer }
            return answers.compactMap { $0 }
        }
    }
}
#endif
