//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

extension PostgresSessionStore: SubjectSessionStore {
    public func page(
        of subject: String,
        from cursor: SessionCursor?,
        limit: Int,
        now: SessionInstant
    ) async throws -> SessionPage {
        guard let start = try self.start(of: cursor) else { return SessionPage([], next: nil) }
        let limit = max(1, limit)
        let parameters: [PostgresParameter] = [
            .bytes(Array(subject.utf8)), .instant(now), .id(start), .integer(Int64(limit)),
        ]
        return try PostgresSessionRow.page(
            try await self.execute(self.statements.sessions, parameters, .readOnly), limit: limit)
    }

    public func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        let step = try cursor.map { try EndingStep($0) } ?? EndingStep()
        guard let start = step.start else { return SessionEndingPage(endedCount: 0, next: nil) }
        let limit = max(1, limit)
        let parameters: [PostgresParameter] = [
            .bytes(Array(subject.utf8)), .instant(now), .instant(tombstoneUntil), .ids(Array(kept)), .id(start),
            .integer(Int64(limit)), .id(step.previousStart),
        ]
        let reply = try await self.execute(self.statements.endAll, parameters, .nonIdempotent)
        guard let row = reply.rows.first else { throw SessionStoreError.foreignTable }
        let next = try row.count(1) < limit ? nil : try row.id(2).map { EndingStep.cursor(after: $0, start: start) }
        return SessionEndingPage(endedCount: try row.count(0), next: next)
    }

    /// Where a step of ending a subject's sessions starts, and where the previous step started.
    private struct EndingStep {
        /// Nil if the last step ended with the largest possible id.
        var start: SessionID? = .first
        var previousStart = SessionID.first

        init() {}

        init(_ cursor: SessionCursor) throws {
            guard cursor.bytes.count == 32, let last = SessionID(bytes: Array(cursor.bytes.prefix(16))),
                let previousStart = SessionID(bytes: Array(cursor.bytes.suffix(16)))
            else { throw SessionStoreError.invalidCursor }
            self.start = last.next
            self.previousStart = previousStart
        }

        static func cursor(after last: SessionID, start: SessionID) -> SessionCursor {
            SessionCursor(bytes: SessionCursor(after: last).bytes + SessionCursor(after: start).bytes)
        }
    }

    /// The first id of a page. Nil if the previous page ended with the largest possible id.
    private func start(of cursor: SessionCursor?) throws -> SessionID? {
        guard let cursor else { return .first }
        return try cursor.lastID.next
    }
}

extension PostgresSessionStore: EnumerableSessionStore {
    /// How many rows one statement counts: few enough for its deadline on a busy machine, and if rows must be read from
    /// a disk.
    private static let countingStep = 10_000
    /// How many sessions one statement ends, or how many rows it removes. 10,000 took more than a second on a busy
    /// machine.
    private static let step = 1_000

    public func count(now: SessionInstant) async throws -> Int {
        var (count, next) = (0, SessionID?.some(.first))
        while let id = next {
            let parameters: [PostgresParameter] = [.id(id), .instant(now), .integer(Int64(Self.countingStep))]
            guard let row = try await self.execute(self.statements.count, parameters, .readOnly).rows.first else {
                break
            }
            count += try row.count(0)
            next = try row.id(1)?.next
        }
        return count
    }

    public func page(from cursor: SessionCursor?, limit: Int, now: SessionInstant) async throws -> SessionPage {
        guard let start = try self.start(of: cursor) else { return SessionPage([], next: nil) }
        let limit = max(1, limit)
        let parameters: [PostgresParameter] = [.id(start), .instant(now), .integer(Int64(limit))]
        return try PostgresSessionRow.page(
            try await self.execute(self.statements.page, parameters, .readOnly), limit: limit)
    }

    @discardableResult
    public func end(_ ids: [SessionID], tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Int {
        var count = 0
        for start in stride(from: 0, to: ids.count, by: Self.step) {
            let step = Array(ids[start..<min(start + Self.step, ids.count)])
            let parameters: [PostgresParameter] = [.ids(step), .instant(tombstoneUntil), .instant(now)]
            let reply = try await self.execute(self.statements.end, parameters, .nonIdempotent)
            guard let row = reply.rows.first else { throw SessionStoreError.foreignTable }
            count += try row.count(0)
        }
        return count
    }

    public func clear() async throws {
        var (next, previous) = (SessionID?.some(.first), SessionID.first)
        while let id = next {
            let parameters: [PostgresParameter] = [.id(id), .integer(Int64(Self.step)), .id(previous)]
            previous = id
            next = try await self.execute(self.statements.clear, parameters, .nonIdempotent).rows.first?.id(1)?.next
        }
    }
}

extension PostgresSessionStore: SweepableSessionStore {
    public func sweep(limit: Int, now: SessionInstant) async throws -> Int {
        var removed = 0
        while removed < limit {
            let step = min(limit - removed, Self.step)
            let parameters: [PostgresParameter] = [.instant(now), .integer(Int64(step))]
            guard let row = try await self.execute(self.statements.sweep, parameters, .nonIdempotent).rows.first else {
                break
            }
            removed += try row.count(0)
            // Rows that are still live got their correct due time, and more rows may be due after them.
            guard try row.count(1) == step else { break }
        }
        return removed
    }
}

extension SessionID {
    fileprivate static let first = SessionID(high: 0, low: 0)

    /// The next id. Nil after the largest.
    fileprivate var next: SessionID? {
        if self.low < .max { return SessionID(high: self.high, low: self.low + 1) }
        return self.high < .max ? SessionID(high: self.high + 1, low: 0) : nil
    }
}
