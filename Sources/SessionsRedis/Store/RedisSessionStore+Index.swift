//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Sessions

/// The index of a user's sessions.
extension RedisSessionStore {
    /// A page of an index. Entries with the latest end come first.
    struct IndexPage {
        var entries: [RedisIndexEntry] = []
        /// When the scan of the index began.
        let begunAt: SessionInstant
        var next: SessionCursor?
    }

    /// The maximum number of entries on a page, whatever the caller requests.
    private static let maximumPageSize = 10_000
    /// How long a call waits for cleaning up an index.
    private static let tidyingLimit = Duration.milliseconds(200)

    /// Reads a page of an index.
    func indexPage(
        _ key: RedisArgument,
        from cursor: SessionCursor?,
        limit: Int,
        now: SessionInstant
    ) async throws -> IndexPage {
        let last = try cursor.map { try RedisIndexCursor($0) }
        let count = Int64(min(max(1, limit), Self.maximumPageSize))
        let reply = try await self.translatingErrors {
            guard let last else {
                let arguments = [key, RedisArgument(-count), -1, "WITHSCORES"]
                return try await self.executor.execute(RedisCommand("ZRANGE", arguments, key: key))
            }
            return try await RedisScript.indexPage.run(
                on: key, [RedisArgument(count), RedisArgument("\(last.score)"), RedisArgument(last.member)],
                self.executor)
        }
        let members = try reply.scoredMembers
        var page = IndexPage(begunAt: last?.begunAt ?? now)
        page.entries = members.reversed().compactMap(\.entry)
        if members.count == count, let lowest = members.first {
            page.next = RedisIndexCursor(score: lowest.score, begunAt: page.begunAt, member: lowest.member).cursor
        }
        return page
    }

    /// Adds a session to the index of its user, before the session is assigned to the user.
    ///
    /// - Returns: A few entries that may be stale, for ``removeOutlived(_:of:now:)``.
    /// - Throws: `SessionStoreError` with the code `recordBusy` when another server than the session's failed, which
    ///   says nothing about the session's server.
    func index(_ record: SessionRecord, of subject: RedisSubject, now: SessionInstant) async throws -> [RedisIndexEntry]
    {
        let key = self.keys.index(of: subject)
        let score = record.absoluteExpiresAt
        let entry = RedisIndexEntry(id: record.id, writtenAt: now, score: score.score)
        let arguments = [
            RedisArgument(entry.text),
            RedisArgument(score.millisecondsSince1970),
            RedisArgument((now - .minutes(1)).millisecondsSince1970),
            RedisArgument(RedisExpiry.milliseconds(until: score, now: now)),
            RedisArgument(record.id.description),
            RedisArgument(now.millisecondsSince1970),
            RedisArgument(Int64(record.id.low & 0x7FFF_FFFF)),
        ]
        do {
            let reply = try await self.translatingErrors {
                try await RedisScript.index.run(on: key, arguments, self.executor)
            }
            return try reply.scoredMembers.compactMap(\.entry)
        } catch let error as SessionStoreError
            where self.executor.failureDomain(of: key) != self.failureDomain(of: record.id)
        {
            throw SessionStoreError(
                .recordBusy,
                "The server that has the list of the user's sessions failed; the one of the session did not.",
                underlying: error)
        }
    }

    /// Removes the given entries whose sessions have ended or have another entry.
    func removeOutlived(
        _ entries: [RedisIndexEntry],
        of subject: RedisSubject,
        now: SessionInstant
    ) async {
        let entries = entries.filter { $0.isPastGracePeriod(at: now) }
        guard !entries.isEmpty else { return }
        await self.tidy {
            let headers = try await self.inParallel(entries) { entry in
                try await self.header(of: entry.id, of: subject, now: now)
            }
            try await self.remove(zip(entries, headers).filter { $0.1 == nil }.map(\.0), of: subject)
            for (entry, header) in zip(entries, headers) {
                guard let header, header.absoluteExpiresAt.score != entry.score else { continue }
                _ = try await self.supersede(entry, by: header.absoluteExpiresAt, of: subject, now: now)
            }
        }
    }

    /// Removes entries.
    func remove(_ entries: [RedisIndexEntry], of subject: RedisSubject) async throws {
        guard !entries.isEmpty else { return }
        let key = self.keys.index(of: subject)
        let members = entries.map { RedisArgument($0.text) }
        _ = try await self.translatingErrors {
            try await self.executor.execute(RedisCommand("ZREM", [key] + members, key: key))
        }
    }

    /// Since when a live session has an entry with its current end. Nil if it has none. The old entry is removed once
    /// no scan can be running that began before the other entry was written.
    func supersede(
        _ entry: RedisIndexEntry,
        by end: SessionInstant,
        of subject: RedisSubject,
        now: SessionInstant
    ) async throws -> SessionInstant? {
        let reply = try await self.translatingErrors {
            try await RedisScript.supersede.run(
                on: self.keys.index(of: subject),
                [
                    RedisArgument(entry.id.description), RedisArgument(end.millisecondsSince1970),
                    RedisArgument(entry.text), RedisArgument((now - RedisIndexEntry.gracePeriod).millisecondsSince1970),
                ],
                self.executor)
        }
        return reply.text.flatMap { Int64($0) }.map { SessionInstant(millisecondsSince1970: $0) }
    }

    /// Removes the entries of ended sessions. An entry that remains is removed by a later scan of the index.
    ///
    /// The same id can be reused only after its tombstone has expired, so older entries are stale.
    func unindex(_ sessions: [EndedSession], tombstoneUntil: SessionInstant, now: SessionInstant) async {
        let groups = Dictionary(grouping: sessions.filter { $0.subject != nil }) { $0.subject.map { ByteString($0) } }
        guard tombstoneUntil > now, !groups.isEmpty else { return }
        await self.tidy {
            _ = try await self.inParallel(Array(groups)) { subject, sessions in
                guard let subject else { return }
                let pairs = sessions.flatMap { session in
                    [RedisArgument(session.id.description), RedisArgument(session.end.millisecondsSince1970)]
                }
                _ = try await RedisScript.unindex.run(
                    on: self.keys.index(of: RedisSubject(subject.text)),
                    [RedisArgument(tombstoneUntil.millisecondsSince1970)] + pairs, self.executor)
            }
        }
    }

    /// Performs optional cleanup that a later scan would also do. It takes little time, and its failure fails no call.
    func tidy(_ body: () async throws -> Void) async {
        let end = ContinuousClock.now + Self.tidyingLimit
        await SessionStoreDeadline.with(min(SessionStoreDeadline.current ?? end, end)) { _ = try? await body() }
    }

    /// The header of a user's live session. Nil if there is no such session.
    private func header(
        of id: SessionID,
        of subject: RedisSubject,
        now: SessionInstant
    ) async throws -> SessionRecordHeader? {
        guard let beginning = try await self.beginning(of: id),
            RedisSessionEntry.isLive(beginning, id: id, now: now),
            beginning[RedisSessionEntry.Offset.tag...].starts(with: subject.tag)
        else { return nil }
        return SessionRecordHeader(Array(beginning[RedisSessionEntry.Offset.rest...]))
    }

    /// The fixed-size start of a session's entry. Nil if its key has another type.
    func beginning(of id: SessionID) async throws -> [UInt8]? {
        let key = self.keys.session(id)
        let range: [RedisArgument] = [key, 0, RedisArgument(Int64(RedisSessionEntry.Offset.recordEnd - 1))]
        do {
            let reply = try await self.translatingErrors(for: id) {
                try await self.executor.execute(RedisCommand("GETRANGE", range, key: key))
            }
            guard let bytes = reply.bytes else { throw SessionStoreError.unexpected(reply) }
            return bytes
        } catch let error as SessionStoreError where error.code == .corruptRecord {
            return nil
        }
    }
}

/// A member of a sorted set.
private struct ScoredMember {
    let member: [UInt8]
    let score: Double

    /// The entry. Nil if this library did not write it.
    var entry: RedisIndexEntry? {
        String(validating: self.member, as: UTF8.self).flatMap { RedisIndexEntry($0, score: self.score) }
    }
}

extension RedisReply {
    /// Members and their scores, flat or in pairs, depending on the version of the protocol.
    fileprivate var scoredMembers: [ScoredMember] {
        get throws(SessionStoreError) {
            guard let elements = self.elements else { throw .unexpected(self) }
            var flat = elements
            if elements.first?.elements != nil {
                flat.removeAll(keepingCapacity: true)
                for element in elements { flat += try element.pair }
            }
            guard flat.count % 2 == 0 else { throw .unexpected(self) }
            var members: [ScoredMember] = []
            members.reserveCapacity(flat.count / 2)
            for place in stride(from: 0, to: flat.count, by: 2) {
                guard let member = flat[place].bytes, let score = flat[place + 1].score else { throw .unexpected(self) }
                members.append(ScoredMember(member: member, score: score))
            }
            return members
        }
    }

    /// A member and its score. A pair of anything else is an error and not left out: the list would be too short.
    private var pair: [RedisReply] {
        get throws(SessionStoreError) {
            guard let elements, elements.count == 2 else { throw .unexpected(self) }
            return elements
        }
    }

    private var score: Double? {
        if case .double(let score) = self { score } else { self.text.flatMap { Double($0) } }
    }
}
#endif
