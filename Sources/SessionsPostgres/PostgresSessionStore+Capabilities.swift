//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
public import Sessions

extension PostgresSessionStore: SubjectSessionStore {
    public func sessions(of subject: String, now: Instant) async throws -> [SessionRecord] {
        let parameters: [PostgresValue] = [.bytes(Array(subject.utf8)), .instant(now)]
        return try PostgresSessionRow.records(try await self.ask(self.statements.sessions, parameters, .none))
    }

    @discardableResult
    public func endAll(
        of subject: String,
        except kept: Set<SessionID>,
        markedUntil: Instant,
        now: Instant
    ) async throws -> Int {
        let parameters: [PostgresValue] = [
            .bytes(Array(subject.utf8)), .instant(now), .instant(markedUntil), .ids(Array(kept)),
        ]
        return try await self.ask(self.statements.endAll, parameters, .once).changedCount
    }
}

extension PostgresSessionStore: EnumerableSessionStore {
    /// How many rows are looked at, or removed, by one statement.
    private static let step = 10_000

    public func count(now: Instant) async throws -> Int {
        var (count, next) = (0, SessionID?.some(.first))
        while let id = next {
            let parameters: [PostgresValue] = [.id(id), .instant(now), .integer(Int64(Self.step) * 10)]
            guard let row = try await self.ask(self.statements.count, parameters, .none).rows.first else { break }
            count += try row.count(0)
            next = try row.id(1)?.next
        }
        return count
    }

    public func page(after id: SessionID?, limit: Int, now: Instant) async throws -> [SessionRecord] {
        guard let start = id.map(\.next) ?? .first else { return [] }
        let parameters: [PostgresValue] = [.id(start), .instant(now), .integer(Int64(max(0, limit)))]
        return try PostgresSessionRow.records(try await self.ask(self.statements.page, parameters, .none))
    }

    public func clear() async throws {
        var next = SessionID?.some(.first)
        while let id = next {
            let parameters: [PostgresValue] = [.id(id), .integer(Int64(Self.step))]
            next = try await self.ask(self.statements.clear, parameters, .once).rows.first?.id(1)?.next
        }
    }
}

extension PostgresSessionStore: SweepableSessionStore {
    public func sweep(limit: Int, now: Instant) async throws -> Int {
        var removed = 0
        while removed < limit {
            let step = limit - removed
            let parameters: [PostgresValue] = [.instant(now), .integer(Int64(step))]
            guard let row = try await self.ask(self.statements.sweep, parameters, .once).rows.first else { break }
            removed += try row.count(0)
            // Those that live on were put where they belong, and others may be due behind them.
            guard try row.count(1) == step else { break }
        }
        return removed
    }
}

extension SessionID {
    fileprivate static let first = SessionID(high: 0, low: 0)

    /// The one after this; nil after the last.
    fileprivate var next: SessionID? {
        if self.low < .max { return SessionID(high: self.high, low: self.low + 1) }
        return self.high < .max ? SessionID(high: self.high + 1, low: 0) : nil
    }
}
#endif
