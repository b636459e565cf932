//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Sessions
import SessionsTesting

/// A sequence of random calls to a store, and their results.
///
/// The seed and the previous results determine each call. Two stores have the same transcript until their first
/// difference.
struct StoreScript {
    private static let subjects = ["ada", "alan", "grace"]

    private let store: any SubjectSessionStore & EnumerableSessionStore
    private let random: DeterministicRandom
    private let samples: SampleRecords
    private let ids: [SessionID]
    private var now: SessionInstant
    /// What was last known of each session, which may be old.
    private var known: [SessionID: SessionRecord] = [:]
    private var lines: [String] = []

    init(_ store: any SubjectSessionStore & EnumerableSessionStore, seed: UInt64) {
        self.store = store
        self.random = DeterministicRandom(seed: seed)
        self.samples = SampleRecords(seed: seed)
        self.now = self.samples.now
        let samples = self.samples
        self.ids = (0..<12).map { _ in samples.id() }
    }

    /// Makes the calls and returns a transcript, one line per call.
    mutating func run(steps: Int) async throws -> [String] {
        for step in 0..<steps {
            let (name, answer) = try await self.step()
            self.lines.append("\(step) \(name): \(answer)")
        }
        return self.lines
    }

    private func chance(_ count: Int) -> Int { Int(self.random.next() % UInt64(count)) }

    private mutating func step() async throws -> (name: String, answer: String) {
        let id = self.ids[self.chance(self.ids.count)]
        switch self.chance(20) {
        case 0...3: return ("create", try await self.create(id))
        case 4...6: return ("load", self.text(of: try await self.store.load(id, now: self.now)))
        case 7...10: return ("replace", try await self.replace(id))
        case 11...12: return ("touch", try await self.touch(id))
        case 13:
            return ("end", "\(try await self.store.end(id, tombstoneUntil: self.now + self.minutes(5), now: self.now))")
        case 14...15:
            let subject = Self.subjects[self.chance(Self.subjects.count)]
            let records = try await self.store.sessions(of: subject, now: self.now)
            return ("sessions of \(subject)", "\(records.map(self.text))")
        case 16: return ("end all", try await self.endAll(keeping: id))
        case 17: return ("count", "\(try await self.store.count(now: self.now))")
        case 18:
            let records = try await self.store.sessions(pageSize: 1 + self.chance(6), now: self.now)
            return ("pages", "\(records.map(self.text))")
        default:
            self.now = self.now + self.minutes(self.chance(8) == 0 ? 90 : 6)
            return ("time passes", "\(self.now.millisecondsSince1970)")
        }
    }

    private mutating func create(_ id: SessionID) async throws -> String {
        let subject = self.chance(4) == 0 ? nil : Self.subjects[self.chance(Self.subjects.count)]
        var record = self.samples.record(id: id, subject: subject)
        record.absoluteExpiresAt = self.now + self.minutes(60)
        record.expiresAt = self.now + self.minutes(20)
        do {
            try await self.store.create(record, now: self.now)
            self.known[id] = record
            return "created"
        } catch let error as SessionStoreError where error.code == .duplicate {
            return "duplicate"
        }
    }

    private mutating func replace(_ id: SessionID) async throws -> String {
        guard let known = self.known[id] else { return "unknown" }
        var next = self.samples.next(known, values: ["n": .integer(Int64(self.chance(1000)))])
        switch self.chance(6) {
        case 0: next.subject = Self.subjects[self.chance(Self.subjects.count)]
        case 1: next.subject = nil
        case 2: next.absoluteExpiresAt = next.absoluteExpiresAt + self.minutes(5)
        case 3: next.secretHash = self.samples.secretHash()
        default: break
        }
        let result = try await self.store.replace(next, ifVersion: known.version, now: self.now)
        switch result {
        case .replaced:
            // Sometimes it is not known that it was, and the next one meets a conflict.
            if self.chance(4) != 0 { self.known[id] = next }
            let again = try await self.store.replace(next, ifVersion: known.version, now: self.now)
            return "replaced, and again: \(again == .replaced)"
        case .conflict(let present):
            self.known[id] = present
            return "conflict with \(self.text(of: present))"
        case .missing:
            return "missing"
        }
    }

    private func touch(_ id: SessionID) async throws -> String {
        let touch = SessionTouch(
            lastAccessedAt: self.now + .seconds(self.chance(100) - 50), expiresAt: self.now + self.minutes(40))
        return "\(try await self.store.touch(id, touch, now: self.now))"
    }

    private func endAll(keeping id: SessionID) async throws -> String {
        let count = try await self.store.endAll(
            of: Self.subjects[self.chance(Self.subjects.count)],
            except: [id],
            tombstoneUntil: self.now + self.minutes(5),
            now: self.now
        )
        return "\(count)"
    }

    private func minutes(_ most: Int) -> Duration { .seconds(self.chance(most * 60)) }

    private func text(of result: SessionLoadResult) -> String {
        switch result {
        case .found(let record): self.text(of: record)
        case .ended: "ended"
        case .missing: "missing"
        }
    }

    /// All of a record, to the byte.
    private func text(of record: SessionRecord) -> String {
        "\(record.id) \(SessionRecordCodec.encode(record).map { String($0, radix: 16) }.joined(separator: " "))"
    }
}
#endif
