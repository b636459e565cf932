//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The revocation log in a store that servers share.
///
/// Publishing a revocation is one compare-and-set of the head, and reading changes is one load of it. The cost depends
/// on the number of new entries, not on the total.
struct RevocationLog: Sendable {
    let store: ResilientStore
    /// How long the head lives after an append: longer than anything in the log.
    private let headLifetime: Duration

    init(_ store: any SubjectSessionStore, _ environment: EngineEnvironment) {
        self.store = ResilientStore(store: store, environment)
        let configuration = environment.configuration
        let longest = max(configuration.limits.absolute, configuration.rememberedLimits.absolute)
        self.headLifetime = max(.days(400), longest * 2)
    }

    private var random: SessionRandom { self.store.configuration.random }

    /// The head, or nil when there is no log.
    func head(now: SessionInstant) async throws -> RevocationSegment? {
        try await self.segment(RevocationSegment.headID, now: now)
    }

    /// The entries that left the head when it had a given number; nil when all have expired.
    func segment(_ number: Int64, of log: RevocationSegment.Log, now: SessionInstant) async throws -> RevocationSegment?
    {
        try await self.segment(RevocationSegment.id(number, of: log), now: now)
    }

    private func segment(_ id: SessionID, now: SessionInstant) async throws -> RevocationSegment? {
        let result = try await self.store.performForRecord(.read(id)) { try await $0.load(id, now: now) }
        guard case .found(let record) = result else { return nil }
        return try self.read { () throws(SessionStoreError) in try RevocationSegment(record) }
    }

    /// Creates a log, unless there is one.
    func create(epoch: Int64, now: SessionInstant) async throws -> RevocationSegment {
        let head = self.first(epoch: epoch, entries: [], now: now)
        let record = head.record(id: RevocationSegment.headID, now: now, random: self.random)
        do {
            try await self.store.perform(.write(record.id)) { try await $0.create(record, now: now) }
            return head
        } catch let error as SessionStoreError {
            if error.code == .duplicate, let head = try await self.head(now: now) { return head }
            throw SessionError.storeUnavailable(error, retryAfter: self.store.configuration.retryAfter)
        }
    }

    /// The first head of a log.
    private func first(epoch: Int64, entries: [Revocation], now: SessionInstant) -> RevocationSegment {
        RevocationSegment(
            log: .init(epoch: epoch, tag: Int64(bitPattern: self.random.next())),
            number: 1,
            entries: entries,
            version: .first(random: self.random),
            expiresAt: now + self.headLifetime
        )
    }

    /// Whether the head expires so soon that it should be written again.
    func isRenewalDue(_ head: RevocationSegment, now: SessionInstant) -> Bool {
        head.expiresAt < now + self.headLifetime / 2
    }

    /// The result of an append.
    enum Appending {
        /// This is the new head.
        case appended(RevocationSegment)
        /// Another server has appended in the meantime: this is the stored head.
        case conflict(RevocationSegment)
        /// There is no log.
        case missing
    }

    /// Appends entries to the head as it was last read. They must fit.
    func append(_ entries: [Revocation], to head: RevocationSegment, now: SessionInstant) async throws -> Appending {
        var next = head
        if head.isFull {
            try await self.archive(head, now: now)
            (next.number, next.entries) = (head.number + 1, [])
        }
        next.entries += entries
        return try await self.replace(head, with: next, now: now)
    }

    /// Begins a new log with the entries of a head.
    func restart(_ head: RevocationSegment, epoch: Int64, now: SessionInstant) async throws -> Appending {
        try await self.replace(head, with: self.first(epoch: epoch, entries: head.entries, now: now), now: now)
    }

    private func replace(
        _ head: RevocationSegment,
        with next: RevocationSegment,
        now: SessionInstant
    ) async throws -> Appending {
        var next = next
        next.version = head.version.next(random: self.random)
        next.expiresAt = max(head.expiresAt, now + self.headLifetime)
        let record = next.record(id: RevocationSegment.headID, now: now, random: self.random)
        let result = try await self.store.performForRecord(.write(record.id)) {
            try await $0.replace(record, ifVersion: head.version, now: now)
        }
        switch result {
        case .replaced: return .appended(next)
        case .conflict(let record):
            return .conflict(try self.read { () throws(SessionStoreError) in try RevocationSegment(record) })
        case .missing: return .missing
        }
    }

    /// Copies the entries of a full head to a segment. A full head never changes, so servers that archive it in
    /// parallel write the same.
    private func archive(_ head: RevocationSegment, now: SessionInstant) async throws {
        // A sweep of the store removes it when the last of its entries has expired.
        guard let until = head.entries.map(\.until).max(), now < until else { return }
        var segment = head
        segment.version = .first(random: self.random)
        segment.expiresAt = until
        let record = segment.record(
            id: RevocationSegment.id(head.number, of: head.log), now: now, random: self.random)
        do {
            try await self.store.perform(.write(record.id)) { try await $0.create(record, now: now) }
        } catch let error as SessionStoreError {
            guard error.code != .duplicate else { return }
            throw SessionError.storeUnavailable(error, retryAfter: self.store.configuration.retryAfter)
        }
    }

    /// Reads all segments, page by page, each page with its own deadline.
    func readAll(now: SessionInstant, _ body: ([Revocation]) -> Void) async throws {
        try await self.store.forEachPage(of: RevocationSegment.subject, limit: 128, now: now) { records in
            for record in records {
                body(try self.read { () throws(SessionStoreError) in try RevocationSegment(record).entries })
            }
        }
    }

    private func read<Result>(_ body: () throws(SessionStoreError) -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw SessionError.storeUnavailable(error, retryAfter: self.store.configuration.retryAfter)
        }
    }
}

extension ResilientStore {
    /// Reads the records of a subject page by page. A failed page is read again, up to twice, because with many pages
    /// an occasional failure is likely.
    func forEachPage(
        of subject: String,
        limit: Int,
        now: SessionInstant,
        _ body: ([SessionRecord]) throws -> Void
    ) async throws {
        var cursor: SessionCursor?
        repeat {
            let page = try await self.page(
                of: subject, from: cursor, limit: limit, attempts: cursor == nil ? 1 : 3, now)
            try body(page.records)
            cursor = page.next
        } while cursor != nil
    }

    private func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        attempts: Int,
        _ now: SessionInstant
    ) async throws -> SessionPage {
        for _ in 1..<attempts {
            do {
                return try await self.page(of: subject, from: cursor, limit: limit, now: now)
            } catch let error as SessionError where error.code == .storeUnavailable {}
        }
        return try await self.page(of: subject, from: cursor, limit: limit, now: now)
    }
}
