//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension StoreConformance {
    static let subjectRules: [StoreRule] = [
        StoreRule(.subjects, "a subject's live sessions are listed") { store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            let records = (0..<20).map { samples.record(subject: $0 % 2 == 0 ? "ada" : "alan") }
            for record in records { try await store.create(record, now: samples.now) }
            try await store.create(samples.record(), now: samples.now)
            let expected = records.filter { $0.subject == "ada" }.sorted { $0.id < $1.id }
            try check.expect(try await store.sessions(of: "ada", now: samples.now), is: expected, "sessions")
            try check.expect(try await store.sessions(of: "grace", now: samples.now), is: [], "sessions of a stranger")
        },
        StoreRule(.subjects, "what has ended or expired is not listed") { store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            let ended = samples.record(subject: "ada")
            let expired = samples.record(idle: .minutes(1), subject: "ada")
            let live = samples.record(subject: "ada")
            for record in [ended, expired, live] { try await store.create(record, now: samples.now) }
            try await store.end(ended.id, tombstoneUntil: samples.now + .hours(1), now: samples.now)
            let later = expired.expiresAt + .milliseconds(1)
            try check.expect(try await store.sessions(of: "ada", now: later), is: [live], "sessions")
        },
        StoreRule(.subjects, "subjects are compared byte by byte") { store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            let subjects = ["a", "A", "a ", "a\u{0}", "a\u{0}b", "%", "_", "*", "caf\u{E9}", "cafe\u{301}", "';--"]
            let records = subjects.map { samples.record(subject: $0) }
            for record in records { try await store.create(record, now: samples.now) }
            for (subject, record) in zip(subjects, records) {
                let found = try await store.sessions(of: subject, now: samples.now).map(\.id)
                try check.expect(found, is: [record.id], "sessions of \(subject.debugDescription)")
            }
        },
        StoreRule(.subjects, "a session that changes its subject changes its list") { store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            let record = samples.record(subject: "ada")
            try await store.create(record, now: samples.now)
            var next = samples.next(record)
            next.subject = "alan"
            _ = try await store.replace(next, ifVersion: record.version, now: samples.now)
            try check.expect(try await store.sessions(of: "ada", now: samples.now), is: [], "sessions of the former")
            try check.expect(
                try await store.sessions(of: "alan", now: samples.now), is: [next], "sessions of the latter")
            var last = samples.next(next)
            last.subject = nil
            _ = try await store.replace(last, ifVersion: next.version, now: samples.now)
            try check.expect(try await store.sessions(of: "alan", now: samples.now), is: [], "sessions after all")
        },
        StoreRule(.subjects, "all sessions of a subject end but those that are kept") { store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            let records = (0..<5).map { _ in samples.record(subject: "ada") }
            let other = samples.record(subject: "alan")
            for record in records + [other] { try await store.create(record, now: samples.now) }
            let marked = samples.now + .minutes(1)
            let count = try await store.endAll(
                of: "ada",
                except: [records[0].id],
                tombstoneUntil: marked,
                now: samples.now
            )
            try check.expect(count, is: 4, "endings")
            for record in records.dropFirst() {
                try check.expect(try await store.load(record.id, now: samples.now), is: .ended, "load")
            }
            try check.expect(try await store.sessions(of: "ada", now: samples.now), is: [records[0]], "sessions")
            try check.expect(try await store.load(other.id, now: samples.now), is: .found(other), "load of another's")
            let again = try await store.endAll(
                of: "ada", except: [records[0].id], tombstoneUntil: marked, now: samples.now)
            try check.expect(again, is: 0, "endings the second time")
        },
        StoreRule(.subjects, "no session survives the ending of all, however busy it is") { store, samples, check in
            let store = try check.require(store, as: (any SubjectSessionStore).self)
            let records = (0..<8).map { _ in samples.record(subject: "ada") }
            for record in records { try await store.create(record, now: samples.now) }
            _ = try await StoreWorkload.inParallel { worker in
                if worker == 0 {
                    try await store.endAll(
                        of: "ada",
                        except: [],
                        tombstoneUntil: samples.now + .minutes(1),
                        now: samples.now
                    )
                    return
                }
                let mine = SampleRecords(seed: UInt64(worker) + 100, now: samples.now)
                for record in records {
                    guard case .found(let found) = try await store.load(record.id, now: samples.now) else { continue }
                    _ = try await store.replace(mine.next(found), ifVersion: found.version, now: samples.now)
                }
            }
            try check.expect(try await store.sessions(of: "ada", now: samples.now), is: [], "sessions")
            for record in records {
                try check.expect(try await store.load(record.id, now: samples.now), is: .ended, "load")
            }
        },
    ]

    static let enumerationRules: [StoreRule] = [
        StoreRule(.enumeration, "live sessions are counted, and nothing else") { store, samples, check in
            let store = try check.require(store, as: (any EnumerableSessionStore).self)
            try check.expect(try await store.count(now: samples.now), is: 0, "count of an empty store")
            let ended = samples.record()
            let expired = samples.record(idle: .minutes(1))
            for record in [ended, expired, samples.record(), samples.record(subject: "ada")] {
                try await store.create(record, now: samples.now)
            }
            try check.expect(try await store.count(now: samples.now), is: 4, "count")
            try await store.end(ended.id, tombstoneUntil: samples.now + .hours(1), now: samples.now)
            try check.expect(try await store.count(now: expired.expiresAt + .milliseconds(1)), is: 2, "count later")
        },
        StoreRule(.enumeration, "pages meet every live session once") { store, samples, check in
            let store = try check.require(store, as: (any EnumerableSessionStore).self)
            let live = (0..<57).map { _ in samples.record() }
            let over = (0..<10).map { _ in samples.record(idle: .minutes(1)) }
            for record in live + over { try await store.create(record, now: samples.now) }
            let met = try await check.walk(limit: 10) {
                try await store.page(from: $0, limit: 10, now: samples.now + .seconds(61))
            }
            try check.expect(met.sorted { $0.id < $1.id }, is: live.sorted { $0.id < $1.id }, "what was met")
        },
        StoreRule(.enumeration, "ending many at once ends each of them, and says how many were live") {
            store, samples, check in
            let store = try check.require(store, as: (any EnumerableSessionStore).self)
            let records = (0..<20).map { _ in samples.record() }
            for record in records { try await store.create(record, now: samples.now) }
            let marked = samples.now + .minutes(1)
            let ids = records.dropFirst().map(\.id) + [samples.record().id]
            let count = try await store.end(ids, tombstoneUntil: marked, now: samples.now)
            try check.expect(count, is: 19, "endings")
            for record in records.dropFirst() {
                try check.expect(try await store.load(record.id, now: samples.now), is: .ended, "load")
            }
            try check.expect(try await store.load(records[0].id, now: samples.now), is: .found(records[0]), "the other")
            try check.expect(
                try await store.end(ids, tombstoneUntil: marked, now: samples.now), is: 0, "endings the second time")
            try check.expect(
                try await store.end([], tombstoneUntil: marked, now: samples.now), is: 0, "endings of none")
        },
        StoreRule(.enumeration, "after clearing nothing is there, not even tombstones") { store, samples, check in
            let store = try check.require(store, as: (any EnumerableSessionStore).self)
            let record = samples.record(subject: "ada")
            let ended = samples.record()
            for record in [record, ended] { try await store.create(record, now: samples.now) }
            try await store.end(ended.id, tombstoneUntil: samples.now + .hours(1), now: samples.now)
            try await store.clear()
            try check.expect(try await store.count(now: samples.now), is: 0, "count")
            try check.expect(try await store.load(record.id, now: samples.now), is: .missing, "load")
            try check.expect(try await store.load(ended.id, now: samples.now), is: .missing, "load of the ended")
            if let store = store as? any SubjectSessionStore {
                try check.expect(try await store.sessions(of: "ada", now: samples.now), is: [], "sessions")
            }
        },
    ]

    static let sweepingRules: [StoreRule] = [
        StoreRule(.sweeping, "a sweep removes what is over, at most as much as allowed, and nothing else") {
            store, samples, check in
            let store = try check.require(store, as: (any SweepableSessionStore).self)
            let expired = (0..<7).map { _ in samples.record(idle: .minutes(1), subject: "ada") }
            let ended = samples.record()
            let live = samples.record(subject: "ada")
            for record in expired + [ended, live] { try await store.create(record, now: samples.now) }
            let marked = samples.now + .minutes(2)
            try await store.end(ended.id, tombstoneUntil: marked, now: samples.now)
            try check.expect(try await store.sweep(limit: 5, now: samples.now), is: 0, "swept too early")
            let later = samples.now + .seconds(61)
            try check.expect(try await store.sweep(limit: 5, now: later), is: 5, "the first batch")
            try check.expect(try await store.sweep(limit: 5, now: later), is: 2, "the second batch")
            try check.expect(try await store.load(ended.id, now: later), is: .ended, "the tombstone")
            try check.expect(try await store.sweep(limit: 5, now: marked), is: 1, "the tombstone's batch")
            try check.expect(try await store.sweep(limit: 5, now: marked), is: 0, "what is left to sweep")
            try check.expect(try await store.load(live.id, now: marked), is: .found(live), "load of the live one")
        }
    ]
}
