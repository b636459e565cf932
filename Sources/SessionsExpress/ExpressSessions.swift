//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The sessions of an Express application, as an engine uses them.
struct ExpressSessions: ForeignSessionStore {
    let records: any ExpressRecordStore
    let form: ExpressForm

    private var express: ExpressConfiguration { self.form.express }

    var needsDeadline: Bool { self.records.needsDeadline }

    func claim(_ text: [UInt8]) -> ForeignClaim? {
        ExpressCookieValue.decode(text, self.express.secrets).map { claim in
            ForeignClaim(id: ForeignSessionID(claim.id), isOutdated: claim.isOutdated)
        }
    }

    func text(of id: ForeignSessionID) -> String { ExpressCookieValue.encode(id.text, self.express.secrets) }

    func newID(for request: SessionRequest) throws -> ForeignSessionID {
        guard let makeID = self.express.makeID else {
            return ForeignSessionID(Base64URL.encode(self.form.configuration.random.bytes(count: 24)))
        }
        let text = try makeID(request)
        guard (16...1024).contains(text.utf8.count) else {
            throw SessionError.refused(["makeID gave an id of \(text.utf8.count) bytes: give 16 to 1,024."])
        }
        return ForeignSessionID(text)
    }

    func load(_ id: ForeignSessionID, now: Instant) async throws -> SessionLoadResult {
        // Others may write in between, and sooner or later nobody does.
        for _ in 0..<16 {
            switch try await self.records.load(self.key(of: id), now: now) {
            case .ended: return .ended
            case .missing: return .missing
            case .found(let text, let remaining):
                let record = try self.form.record(of: .init(id: id, text: text, remaining: remaining), now: now)
                // Express began it. When that was is noted now, for the absolute limit.
                guard !self.form.isNoted(text), !record.isExpired(at: now) else { return .found(record) }
                if case .replaced(let noted) = try await self.replace(record, now: now) { return .found(noted) }
            }
        }
        throw SessionStoreError(.unavailable, "Others keep writing the session \(id.id), whose beginning is not noted.")
    }

    func create(_ record: SessionRecord, now: Instant) async throws -> SessionRecord {
        guard let id = record.foreign?.id else { throw SessionStoreError.duplicate(record.id) }
        let write = try self.form.write(of: record, now: now)
        guard try await self.records.create(self.key(of: id), write.text, write.life, now: now) else {
            throw SessionStoreError.duplicate(record.id)
        }
        return try self.form.record(of: .init(id: id, text: write.text, remaining: write.life.duration), now: now)
    }

    func replace(_ record: SessionRecord, now: Instant) async throws -> ForeignReplaceResult {
        guard let foreign = record.foreign else { return .missing }
        let key = self.key(of: foreign.id)
        let write = try self.form.write(of: record, now: now)
        if let duration = write.life.duration, duration <= .zero {
            // What connect-redis does with a session that has no time left.
            _ = try await self.records.end(key, markedUntil: now, now: now)
            return .missing
        }
        switch try await self.records.replace(key, foreign.content, with: write.text, write.life, now: now) {
        case .missing:
            return .missing
        case .conflict(let text, let remaining):
            let entry = ExpressForm.Entry(id: foreign.id, text: text, remaining: remaining)
            return .conflict(try self.form.record(of: entry, over: record, now: now))
        case .replaced:
            let entry = ExpressForm.Entry(id: foreign.id, text: write.text, remaining: write.life.duration)
            var written = try self.form.record(of: entry, now: now)
            if write.life.isKept {
                (written.lastAccessedAt, written.expiresAt) = (record.lastAccessedAt, record.expiresAt)
                written.foreign?.lastAccessedAt = foreign.lastAccessedAt
            }
            return .replaced(written)
        }
    }

    func touch(_ record: SessionRecord, _ touch: SessionTouch, now: Instant) async throws -> Bool {
        guard let id = record.foreign?.id else { return false }
        return try await self.records.touch(self.key(of: id), self.form.life(ofTouched: record), now: now)
    }

    func end(_ id: ForeignSessionID, markedUntil: Instant, now: Instant) async throws -> Bool {
        try await self.records.end(self.key(of: id), markedUntil: markedUntil, now: now)
    }

    func endAll(of subject: String, except kept: Set<SessionID>, markedUntil: Instant, now: Instant) async throws {
        let prefix = self.express.prefix
        try await self.records.walk(prefix: prefix, now: now) { keys in
            for key in keys {
                try Task.checkCancellation()
                let id = ForeignSessionID(key: key, prefix: prefix).id
                guard
                    !kept.contains(id), case .found(let text, _) = try await self.records.load(key, now: now),
                    self.form.isSession(text, of: subject)
                else { continue }
                _ = try await self.records.end(key, markedUntil: markedUntil, now: now)
            }
        }
    }

    func endEverything(markedUntil: Instant, now: Instant) async throws {
        try await self.records.walk(prefix: self.express.prefix, now: now) { keys in
            for key in keys {
                try Task.checkCancellation()
                _ = try await self.records.end(key, markedUntil: markedUntil, now: now)
            }
        }
    }

    private func key(of id: ForeignSessionID) -> String { self.express.prefix + id.text }
}

extension ForeignSessionID {
    /// The name in a key.
    init(key: String, prefix: String) {
        // By bytes, for the first letter of a name may belong to the last one before it.
        self.init(String(decoding: key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
    }
}
