//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Many sessions of one subject, in pages and steps. The benchmarks measure their cost. These rules check that they
/// complete and miss nothing.
extension StoreConformance {
    static let volumeRules: [StoreRule] = [
        StoreRule(.volume, "pages of a subject's sessions meet each of them once, whatever their size") {
            store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            let records = (0..<40).map { _ in samples.record(subject: "ada") }
            for record in records { try await store.create(record, now: samples.now) }
            for record in records[..<7] {
                try await store.end(record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            }
            let live = records[7...].sorted { $0.id < $1.id }
            for limit in [1, 2, 7, 33, 34, 1_000] {
                let met = try await check.walk(limit: .max) {
                    try await store.page(of: "ada", from: $0, limit: limit, now: samples.now)
                }
                try check.expect(met.sorted { $0.id < $1.id }, is: live, "what pages of \(limit) met")
            }
        },
        StoreRule(.volume, "a page of a subject's sessions has at most as many as were asked for") {
            store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            for _ in 0..<30 { try await store.create(samples.record(subject: "ada"), now: samples.now) }
            _ = try await check.walk(limit: 4) {
                try await store.page(of: "ada", from: $0, limit: 4, now: samples.now)
            }
        },
        StoreRule(.volume, "a page goes on after sessions that ended while it was read") { store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            let records = (0..<30).map { _ in samples.record(subject: "ada") }
            for record in records { try await store.create(record, now: samples.now) }
            let first = try await store.page(of: "ada", from: nil, limit: 10, now: samples.now)
            for record in first.records {
                try await store.end(record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            }
            let rest = try await check.walk(limit: 10, from: first.next) {
                try await store.page(of: "ada", from: $0, limit: 10, now: samples.now)
            }
            let expected = Set(records.map(\.id)).subtracting(first.records.map(\.id))
            try check.expect(expected.isSubset(of: rest.map(\.id)), "the pages after the endings miss sessions")
        },
        StoreRule(.volume, "ending all of a subject comes to its end in steps of any size") { store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            for limit in [1, 3, 100] {
                let records = (0..<25).map { _ in samples.record(subject: "ada") }.sorted { $0.id < $1.id }
                for record in records { try await store.create(record, now: samples.now) }
                // These come first in most orders, so that the first steps end nothing.
                let kept = Set(records.prefix(6).map(\.id))
                try await store.endAll(
                    of: "ada", except: kept, pageSize: limit, tombstoneUntil: samples.now + .minutes(1),
                    now: samples.now)
                let left = try await store.sessions(of: "ada", now: samples.now).map(\.id)
                try check.expect(kept.isSuperset(of: left), "steps of \(limit) leave sessions that were to end")
                for id in kept { try await store.end(id, tombstoneUntil: samples.now + .minutes(1), now: samples.now) }
            }
        },
        StoreRule(.volume, "a session that was ended leaves nothing in the list of its subject") {
            store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            for _ in 0..<300 {
                let record = samples.record(subject: "ada")
                try await store.create(record, now: samples.now)
                try await store.end(record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            }
            let live = samples.record(subject: "ada")
            try await store.create(live, now: samples.now)
            let page = try await store.page(of: "ada", from: nil, limit: 10, now: samples.now)
            try check.expect(page.records, is: [live], "the first page")
        },
        StoreRule(.volume, "a cursor that the store did not make is refused") { store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            try await store.create(samples.record(subject: "ada"), now: samples.now)
            for bytes in [[UInt8](), [0xFF], Array(repeating: 0xFF, count: 15), Array(repeating: 7, count: 200)] {
                let cursor = SessionCursor(bytes: bytes)
                try await check.expectInvalidCursor {
                    _ = try await store.page(of: "ada", from: cursor, limit: 10, now: samples.now)
                }
                try await check.expectInvalidCursor {
                    _ = try await store.endSessions(
                        of: "ada", except: [], from: cursor, limit: 10, tombstoneUntil: samples.now, now: samples.now)
                }
            }
        },
    ]
}

extension ConformanceCheck {
    /// Walks through all pages and returns the sessions.
    func walk(
        limit: Int,
        from start: SessionCursor? = nil,
        _ read: (SessionCursor?) async throws -> SessionPage
    ) async throws -> [SessionRecord] {
        var met: [SessionRecord] = []
        var cursor = start
        for _ in 0..<1_000 {
            let page = try await read(cursor)
            try self.expect(page.records.count <= limit, "a page has \(page.records.count) records, more than \(limit)")
            met += page.records
            guard let next = page.next else { return met }
            try self.expect(
                next.bytes.count <= SessionCursor.maximumByteCount, "a cursor has \(next.bytes.count) bytes")
            try self.expect(SessionCursor(next.description) == next, "a cursor does not come back from its text")
            cursor = next
        }
        throw self.failure("the pages have no end")
    }

    func expectInvalidCursor(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as SessionStoreError where error.code == .invalidCursor {
            return
        }
        throw self.failure("a cursor that the store did not make was not refused")
    }
}
