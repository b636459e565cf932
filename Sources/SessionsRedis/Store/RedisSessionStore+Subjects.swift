//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Sessions

/// A walk goes from the sessions with the latest end to those with the earliest: live ones come first, and what has
/// long been over last.
extension RedisSessionStore: SubjectSessionStore {
    /// Three round trips as a rule: one for a page of the index, one for all records of the page at once, and one that
    /// removes entries whose sessions have been over for minutes.
    public func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: Instant
    ) async throws -> SessionPage {
        let owner = RedisSubject(subject)
        let page = try await self.indexPage(self.keys.index(of: owner), from: cursor, limit: limit, now: now)
        let ids = Array(Set(page.entries.map(\.id)))
        let found = try await self.inParallel(ids) { try await self.record(of: $0, now: now) }
        let records = zip(ids, found).reduce(into: [SessionID: SessionRecord]()) { records, next in
            if let record = next.1, record.belongs(to: subject) { records[next.0] = record }
        }
        var listed: [SessionID] = []
        var known: Set<SessionID> = []
        var outlived: [RedisIndexEntry] = []
        var former: [(RedisIndexEntry, SessionRecord)] = []
        for entry in page.entries {
            guard let record = records[entry.id] else {
                if entry.isOld(at: now) { outlived.append(entry) }
                continue
            }
            if record.absoluteExpiresAt.score != entry.score {
                former.append((entry, record))
            } else if known.insert(entry.id).inserted {
                listed.append(entry.id)
            }
        }
        for (entry, record) in former where !known.contains(entry.id) {
            guard try await self.isListed(entry, of: record, owner, begunAt: page.begunAt, now: now) else { continue }
            known.insert(entry.id)
            listed.append(entry.id)
        }
        if !outlived.isEmpty {
            let outlived = outlived
            await self.tidy { try await self.remove(outlived, of: owner) }
        }
        return SessionPage(listed.compactMap { records[$0] }, next: page.next)
    }

    /// Whether a session whose end has changed is listed where it was before: when its other entry may have come too
    /// late for this walk, by clocks that may differ by a minute.
    private func isListed(
        _ entry: RedisIndexEntry,
        of record: SessionRecord,
        _ owner: RedisSubject,
        begunAt: Instant,
        now: Instant
    ) async throws -> Bool {
        let since = try await self.supersede(entry, by: record.absoluteExpiresAt, of: owner, now: now)
        return since.map { $0 > begunAt - .minutes(1) } ?? true
    }

    public func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: Instant,
        now: Instant
    ) async throws -> SessionEndingPage {
        let owner = RedisSubject(subject)
        let page = try await self.indexPage(self.keys.index(of: owner), from: cursor, limit: limit, now: now)
        let entries = page.entries.filter { !kept.contains($0.id) }
        let ended = try await self.inParallel(Array(Set(entries.map(\.id)))) { id in
            try await self.end(id, of: subject, tombstoneUntil: tombstoneUntil, now: now)
        }.compactMap { $0 }
        let endedIDs = Set(ended.map(\.id))
        // What ended now, and what has been over for a while: a walk that is cut off leaves less for the next one.
        let useless = entries.filter { entry in
            endedIDs.contains(entry.id) ? entry.writtenAt < tombstoneUntil : entry.isOld(at: now)
        }
        let scores = Dictionary(grouping: entries, by: \.id).mapValues { Set($0.map(\.score)) }
        let elsewhere = ended.filter { scores[$0.id]?.contains($0.end.score) == false }
        await self.tidy { try await self.remove(useless, of: owner) }
        await self.unindex(elsewhere, tombstoneUntil: tombstoneUntil, now: now)
        return SessionEndingPage(endedCount: ended.count, next: page.next)
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

    /// Asks about many keys at once, each with a command of its own, because each may be on another server of a
    /// cluster. One after the other they would be as many round trips; at once they are sent together.
    /// The answers are in the order of the questions.
    func inParallel<Question: Sendable, Answer: Sendable>(
        _ questions: [Question],
        _ ask: @escaping @Sendable (Question) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            var answers = [Answer?](repeating: nil, count: questions.count)
            for (place, question) in questions.enumerated() {
                // A small part of what a client lets wait: the rest is for the requests of others.
                if place >= 64, let (place, answer) = try await group.next() { answers[place] = answer }
                group.addTask { (place, try await ask(question)) }
            }
            for try await (place, answer) in group { answers[place] = answer }
            return answers.compactMap { $0 }
        }
    }
}
#endif
