//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Makes the sessions of an Express application available to an engine.
struct ExpressSessions: ExternalSessionStore {
    let records: any ExpressRecordStore
    let coder: ExpressRecordCoder

    private var express: ExpressConfiguration { self.coder.express }

    var needsDeadline: Bool { self.records.needsDeadline }

    func claim(_ credential: [UInt8]) -> VerifiedExternalID? {
        ExpressCookieValue.decode(credential, self.express.secrets).map { claim in
            VerifiedExternalID(id: ExternalSessionID(claim.id), isOutdated: claim.isOutdated)
        }
    }

    func credential(of id: ExternalSessionID) -> String { ExpressCookieValue.encode(id.text, self.express.secrets) }

    func newID(for request: SessionRequest) throws -> ExternalSessionID {
        guard let makeID = self.express.makeID else {
            return ExternalSessionID(Base64URL.encode(self.coder.configuration.random.bytes(count: 24)))
        }
        let text = try makeID(request)
        guard (16...1024).contains(text.utf8.count) else {
            throw SessionError.refused(["makeID gave an id of \(text.utf8.count) bytes: give 16 to 1,024."])
        }
        return ExternalSessionID(text)
    }

    func load(_ id: ExternalSessionID, now: SessionInstant) async throws -> SessionLoadResult {
        // Other servers may write concurrently. Eventually no write conflicts.
        for _ in 0..<16 {
            switch try await self.records.load(self.key(of: id), now: now) {
            case .ended: return .ended
            case .missing: return .missing
            case .found(let text, let remaining):
                let record = try self.coder.record(of: .init(id: id, text: text, remaining: remaining), now: now)
                // Express began the session, or logged a user in. Stores the time of this first access, from which the
                // absolute limit counts.
                guard !self.coder.hasMetadata(text, in: record), !record.isExpired(at: now) else {
                    return .found(record)
                }
                do {
                    if case .replaced(let stored) = try await self.replace(record, now: now) { return .found(stored) }
                } catch is SessionStoreError {
                    // The session is still readable if the store rejects writes.
                    return .found(record)
                }
            }
        }
        throw SessionStoreError(
            .unavailable, "Other requests keep writing the session \(id.id), and its start could not be stored.")
    }

    func create(_ record: SessionRecord, now: SessionInstant) async throws -> SessionRecord {
        guard let id = record.external?.id else { throw SessionStoreError.duplicate(record.id) }
        let write = try self.coder.write(of: record, now: now)
        guard try await self.records.create(self.key(of: id), write.text, write.life, now: now) else {
            throw SessionStoreError.duplicate(record.id)
        }
        return try self.coder.record(of: .init(id: id, text: write.text, remaining: write.life.duration), now: now)
    }

    func replace(_ record: SessionRecord, now: SessionInstant) async throws -> ExternalReplaceResult {
        guard let external = record.external else { return .missing }
        let key = self.key(of: external.id)
        let write = try self.coder.write(of: record, now: now)
        if let duration = write.life.duration, duration <= .zero {
            // connect-redis does the same with a session that has no time left.
            _ = try await self.records.end(key, tombstoneUntil: now, removedUntil: now, now: now)
            return .missing
        }
        switch try await self.records.replace(key, external.content, with: write.text, write.life, now: now) {
        case .missing:
            return .missing
        case .conflict(let text, let remaining):
            let entry = ExpressRecordCoder.Entry(id: external.id, text: text, remaining: remaining)
            return .conflict(try self.coder.record(of: entry, over: record, now: now))
        case .replaced:
            let entry = ExpressRecordCoder.Entry(id: external.id, text: write.text, remaining: write.life.duration)
            var written = try self.coder.record(of: entry, now: now)
            written.external?.contradiction = external.contradiction
            if write.life.isUnchanged {
                (written.lastAccessedAt, written.expiresAt) = (record.lastAccessedAt, record.expiresAt)
                written.external?.lastAccessedAt = external.lastAccessedAt
            }
            return .replaced(written)
        }
    }

    func touch(_ record: SessionRecord, _ touch: SessionTouch, now: SessionInstant) async throws -> Bool {
        guard let id = record.external?.id else { return false }
        return try await self.records.touch(self.key(of: id), self.coder.life(ofTouched: record), now: now)
    }

    func end(_ record: SessionRecord, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        guard let external = record.external else { return false }
        return try await self.end(self.key(of: external.id), external.content, tombstoneUntil: tombstoneUntil, now: now)
    }

    /// Ends a key. Its tombstone lives as long as a request of Express that has read this text could write it back.
    private func end(_ key: String, _ text: [UInt8], tombstoneUntil: SessionInstant, now: SessionInstant) async throws
        -> Bool
    {
        let removedUntil = max(tombstoneUntil, now + self.coder.longestLife(of: text))
        return try await self.records.end(key, tombstoneUntil: tombstoneUntil, removedUntil: removedUntil, now: now)
    }

    func endSessions(
        of subject: String?,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        let prefix = self.express.prefix
        let page = try await self.records.keys(prefix: prefix, from: cursor, now: now)
        let keys = page.elements.filter { !kept.contains(ExternalSessionID(key: $0, prefix: prefix).id) }
        // All keys of a page concurrently, which avoids one round trip for each.
        let endedCount = try await withThrowingTaskGroup(of: Bool.self) { group in
            for key in keys {
                group.addTask {
                    guard case .found(let text, _) = try await self.records.load(key, now: now) else {
                        return false
                    }
                    if let subject, !self.coder.isSession(text, of: subject) { return false }
                    return try await self.end(key, text, tombstoneUntil: tombstoneUntil, now: now)
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        return SessionEndingPage(endedCount: endedCount, next: page.next)
    }

    private func key(of id: ExternalSessionID) -> String { self.express.prefix + id.text }
}

extension ExternalSessionID {
    /// The id in a key.
    init(key: String, prefix: String) {
        // By bytes, because the first scalar of the id may combine with the last one of the prefix.
        self.init(String(decoding: key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
    }
}
