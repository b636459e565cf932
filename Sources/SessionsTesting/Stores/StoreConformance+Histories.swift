//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension StoreConformance {
    /// Rules about the history of many tasks, checked after all of them are done.
    static let historyRules: [StoreRule] = [
        StoreRule(.histories, "an id is given once, however many create, load and end it") { store, samples, check in
            let workload = StoreWorkload(
                steps: [.create, .create, .load, .end], length: 15, sessions: 24, populated: 12)
            let (history, _) = try await workload.run(on: store, samples)
            try check.expectNothing(history.idsCreatedTwice)
        },
        StoreRule(.histories, "nothing finds a session after its ending has returned") { store, samples, check in
            let workload = StoreWorkload(
                steps: [.load, .load, .increment, .touch, .touch, .end], length: 15, sessions: 24)
            let (history, _) = try await workload.run(on: store, samples)
            try check.expectNothing(history.lifeAfterAnEnding)
        },
        StoreRule(.histories, "a counter that everyone replaces until it sticks loses nothing") {
            store, samples, check in
            let workload = StoreWorkload(steps: [.increment, .increment, .touch], sessions: 2)
            let (history, ids) = try await workload.run(on: store, samples)
            for id in ids {
                guard case .found(let final) = try await store.load(id, now: samples.now) else {
                    throw check.failure("the record is gone")
                }
                let expected = history.replacements(of: id)
                try check.expect(final.values["n"]?.integer, is: Int64(expected), "the counter")
                try check.expect(final.version.counter, is: UInt64(expected + 1), "the version's counter")
            }
        },
        StoreRule(.histories, "no load finds less than what was stored before it began") { store, samples, check in
            let workload = StoreWorkload(steps: [.load, .load, .increment], sessions: 3)
            let (history, _) = try await workload.run(on: store, samples)
            try check.expectNothing(history.readsOfThePast)
        },
        StoreRule(.histories, "the absolute limit changes only by a write that sets it") {
            store, samples, check in
            let workload = StoreWorkload(steps: [.load, .touch, .touch, .shorten], sessions: 3)
            let (history, _) = try await workload.run(on: store, samples)
            try check.expectNothing(history.livesPastTheLimit)
        },
    ]

    /// History rules for stores that support subjects.
    static let subjectHistoryRules: [StoreRule] = [
        StoreRule(.subjects, "when all is quiet, the lists of all subjects are what lives") { store, samples, check in
            let subjects = try check.require(store, as: (any SubjectSessionStore).self)
            let writes: [StoreWorkload.Step] = [.changeSubject, .increment, .changeSubject, .increment, .touch]
            let workload = StoreWorkload(steps: writes + writes + writes + [.end], sessions: 16)
            let (_, ids) = try await workload.run(on: store, samples)
            var living: [String: Set<SessionID>] = [:]
            for id in ids {
                guard case .found(let record) = try await store.load(id, now: samples.now) else { continue }
                living[record.subject ?? "", default: []].insert(id)
            }
            for subject in ["subject 0", "subject 1", "subject 2"] {
                let listed = try await subjects.sessions(of: subject, now: samples.now).map(\.id)
                try check.expect(Set(listed), is: living[subject] ?? [], "sessions of \(subject)")
            }
        }
    ]
}

extension ConformanceCheck {
    /// Fails the rule if there is a finding.
    fileprivate func expectNothing(_ finding: String?) throws {
        if let finding { throw self.failure(finding) }
    }
}
