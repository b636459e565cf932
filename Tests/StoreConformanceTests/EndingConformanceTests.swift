//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions
import SessionsPostgres
import SessionsSQLite
import SessionsTesting
import Synchronization
import TestSupport
import Testing

@testable import SessionsRedis

/// Every store whose sessions something listens to: those that report endings, and those that are polled.
@Suite("Ending conformance")
struct EndingConformanceTests {
    @Test("endings in memory keep the rule", arguments: EndingConformance.rules(for: MemorySessionStore.self))
    func memory(_ rule: EndingRule) async throws {
        try await rule.check(EndingStores(MemorySessionStore()))
    }

    @Test("endings in a store that is polled keep the rule", arguments: EndingConformance.rules(for: MinimalStore.self))
    func polled(_ rule: EndingRule) async throws {
        try await rule.check(EndingStores(MinimalStore()))
    }

    @Test("endings in SQLite keep the rule", arguments: EndingConformance.rules(for: SQLiteSessionStore.self))
    func sqlite(_ rule: EndingRule) async throws {
        try await TemporaryFolder.with { folder in
            try await rule.check(EndingStores(try SQLiteSessionStore(path: folder.path("sessions.sqlite"))))
        }
    }

    @Test(
        "endings in SQLite by another process keep the rule",
        arguments: EndingConformance.rules(for: SQLiteSessionStore.self))
    func twoOnOneFile(_ rule: EndingRule) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let stores = try (SQLiteSessionStore(path: path), SQLiteSessionStore(path: path))
            try await rule.check(EndingStores(stores.0, ending: stores.1))
        }
    }

    #if Postgres
    @Test(
        "endings in PostgreSQL keep the rule",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized,
        arguments: EndingConformance.rules(for: PostgresSessionStore.self))
    func postgres(_ rule: EndingRule) async throws {
        try await SharedPostgres.withStores(2, { $0.reportsEndings = true }) {
            try await rule.check(EndingStores($0[0], ending: $0[1]))
        }
    }
    #endif

    #if Postgres
    @Test(
        "endings in PostgreSQL that is polled keep the rule",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized,
        arguments: EndingConformance.rules(for: MinimalStore.self))
    func polledPostgres(_ rule: EndingRule) async throws {
        try await SharedPostgres.withStores(2) { try await rule.check(EndingStores($0[0], ending: $0[1])) }
    }
    #endif

    #if Redis
    @Test(
        "endings in Redis, Valkey and a cluster keep the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: SharedServer.allCases, EndingConformance.rules(for: RedisSessionStore.self))
    func redis(_ server: SharedServer, _ rule: EndingRule) async throws {
        let store = try server.store()
        let other = try RedisSessionStore(try server.client, configuration: store.configuration)
        try await rule.check(EndingStores(store, ending: other))
    }

    @Test(
        "endings in Redis with near caches keep the rule",
        .enabled(if: SharedServer.areStarted, SharedServer.advice),
        arguments: EndingConformance.rules(for: RedisSessionStore.self))
    func nearCaches(_ rule: EndingRule) async throws {
        let stores = try await SharedServer.redis.nearStores(2)
        try await rule.check(EndingStores(stores[0], ending: stores[1]))
    }
    #endif

    @Test("every rule finds its mistake", arguments: zip(EndingConformance.rules, EndingDefect.allCases))
    func findsDefect(_ rule: EndingRule, _ defect: EndingDefect) async throws {
        try await rule.check(EndingStores(DefectiveNotifier(nil)))
        await #expect(throws: ConformanceFailure.self) {
            try await rule.check(EndingStores(DefectiveNotifier(defect)))
        }
    }
}

/// A mistake of a store that reports endings, one for each rule, in their order.
enum EndingDefect: CaseIterable, Sendable {
    case reportsBeforeTheEnding
    case forgetsSubjects
    case forgetsLists
    case retainsObservers
    case endsNeighbours
    case livesForever
    case knowsTheNeverCreated
}

/// A store in memory that reports endings, with one mistake in it, or none.
final class DefectiveNotifier: ForwardingSessionStore, SubjectSessionStore, EnumerableSessionStore,
    SessionEndingNotifier
{
    let base = MemorySessionStore()
    private let defect: EndingDefect?
    private let observers = SessionEndingObservers()
    private let retained = Mutex<[any SessionEndingObserver]>([])

    init(_ defect: EndingDefect?) {
        self.defect = defect
        self.observers.setReporting(true)
    }

    func addEndingObserver(_ observer: any SessionEndingObserver) {
        self.observers.add(observer)
        if self.defect == .retainsObservers { self.retained.withLock { $0.append(observer) } }
    }

    func load(_ id: SessionID, now: SessionInstant) async throws -> SessionLoadResult {
        let result = try await self.base.load(id, now: now)
        switch self.defect {
        case .livesForever where result == .missing:
            return .found(SampleRecords(now: now).record(id: id))
        case .knowsTheNeverCreated where result != .ended:
            return .found(SampleRecords(now: now).record(id: id))
        case .endsNeighbours:
            let hasEnded = try await self.base.count(now: now) < 8
            return hasEnded ? .ended : result
        default:
            return result
        }
    }

    func end(_ id: SessionID, tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Bool {
        if self.defect == .reportsBeforeTheEnding {
            self.observers.sessionMayHaveEnded(id)
            return false
        }
        let hasEnded = try await self.base.end(id, tombstoneUntil: tombstoneUntil, now: now)
        self.observers.sessionMayHaveEnded(id)
        if self.defect == .endsNeighbours { self.observers.anySessionMayHaveEnded() }
        return hasEnded
    }

    func end(_ ids: [SessionID], tombstoneUntil: SessionInstant, now: SessionInstant) async throws -> Int {
        let count = try await self.base.end(ids, tombstoneUntil: tombstoneUntil, now: now)
        if self.defect != .forgetsLists { for id in ids { self.observers.sessionMayHaveEnded(id) } }
        return count
    }

    func endSessions(
        of subject: String,
        except kept: Set<SessionID>,
        from cursor: SessionCursor?,
        limit: Int,
        tombstoneUntil: SessionInstant,
        now: SessionInstant
    ) async throws -> SessionEndingPage {
        let page = try await self.base.endSessions(
            of: subject, except: kept, from: cursor, limit: limit, tombstoneUntil: tombstoneUntil, now: now)
        if self.defect != .forgetsSubjects { self.observers.anySessionMayHaveEnded() }
        return page
    }
}
#endif
