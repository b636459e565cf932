//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
public import Sessions

/// A scan goes from the sessions with the latest end to those with the earliest: live sessions come first, and long
/// expired entries last.
extension RedisSessionStore: SubjectSessionStore {
    /// It usually takes three round trips: one for a page of the index, one for all records of the page at once, and
    /// one that removes entries whose sessions ended minutes ago.
    public func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: SessionInstant
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
                if entry.isPastGracePeriod(at: now) { outlived.append(entry) }
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

    /// Whether a session whose end has changed is listed under its old entry, because its other entry may be too new
    /// for this scan. Clocks may differ by a minute.
    private func isListed(
        _ entry: RedisIndexEntry,
        of record: SessionRecord,
        _ owner: RedisSubject,
        begunAt: SessionInstant,
        now: SessionInstant
    ) async throws -> Bool {
        let since = try await self.supersede(entry, by: record.absoluteExpiresAt, of: owner, now: now)
        return since.map { $0 > begunAt - .minutes(1) } ?? true
    }

    public func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        let owner = RedisSubject(subject)
        let page = try await self.indexPage(self.keys.index(of: owner), from: cursor, limit: limit, now: now)
        let entries = page.entries.filter { !kept.contains($0.id) }
        let ended = try await self.inParallel(Array(Set(entries.map(\.id)))) { id in
            try await self.end(id, of: subject, tombstoneUntil: tombstoneUntil, now: now)
        }.compactMap { $0 }
        let endedIDs = Set(ended.map(\.id))
        // Both sessions that ended now and stale entries, so that an interrupted scan leaves less for the next one.
        let useless = entries.filter { entry in
            endedIDs.contains(entry.id) ? entry.writtenAt < tombstoneUntil : entry.isPastGracePeriod(at: now)
        }
        let scores = Dictionary(grouping: entries, by: \.id).mapValues { Set($0.map(\.score)) }
        let elsewhere = ended.filter { scores[$0.id]?.contains($0.end.score) == false }
        await self.tidy { try await self.remove(useless, of: owner) }
        await self.unindex(elsewhere, tombstoneUntil: tombstoneUntil, now: now)
        // Once at the end, for all steps.
        if page.next == nil { try await self.waitForLeases() }
        return SessionEndingPage(endedCount: ended.count, next: page.next)
    }

    /// A live record for a list. An unreadable record is left out, so that it does not break the listing.
    func record(of id: SessionID, now: SessionInstant) async throws -> SessionRecord? {
        do {
            // Not cached, because what is listed is not in use.
            guard case .found(let record) = Self.result(of: try await self.entry(of: id), now: now) else {
                return nil
            }
            return record
        } catch let error as SessionStoreError where error.code == .corruptRecord {
            return nil
        }
    }

    /// Sends many requests concurrently, each with its own command, because the keys may be on different servers of a
    /// cluster. This avoids one round trip for each. The answers are in the order of the questions.
    func inParallel<Question: Sendable, Answer: Sendable>(
        _ questions: [Question],
        _ operation: @escaping @Sendable (Question) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            var answers = [Answer?](repeating: nil, count: questions.count)
            for (place, question) in questions.enumerated() {
                // A small part of the client's queue limit, which leaves the rest to other requests.
                if place >= 64, let (place, answer) = try await group.next() { answers[place] = answer }
                group.addTask { (place, try await operation(question)) }
            }
            for try await (place, answer) in group { answers[place] = answer }
            return answers.compactMap { $0 }
        }
    }
}
#endif
