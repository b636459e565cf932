//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension EndingConformance {
    static let notificationRules: [EndingRule] = [
        EndingRule(.notification, "a session that ends is reported, and is gone by then") { stores, samples, check in
            let (notifier, recorder) = try await Self.observe(stores, check)
            let record = samples.record()
            try await stores.ending.create(record, now: samples.now)
            try await Self.settle(notifier, recorder)
            try await stores.ending.end(record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            try await Self.expectReport(about: [record.id], notifier, recorder, check)
            try check.expect(
                try await stores.listening.load(record.id, now: samples.now), is: .ended, "load after the report")
        },
        EndingRule(.notification, "the sessions of a subject that end are reported") { stores, samples, check in
            guard let ending = stores.ending as? any SubjectSessionStore else { return }
            let (notifier, recorder) = try await Self.observe(stores, check)
            let records = (0..<5).map { _ in samples.record(subject: "ada") }
            for record in records { try await ending.create(record, now: samples.now) }
            try await Self.settle(notifier, recorder)
            _ = try await ending.endAll(
                of: "ada", except: [], tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            try await Self.expectReport(about: records.map(\.id), notifier, recorder, check)
        },
        EndingRule(.notification, "sessions that end by their ids are reported") { stores, samples, check in
            guard let ending = stores.ending as? any EnumerableSessionStore else { return }
            let (notifier, recorder) = try await Self.observe(stores, check)
            let records = (0..<5).map { _ in samples.record() }
            for record in records { try await ending.create(record, now: samples.now) }
            try await Self.settle(notifier, recorder)
            try await ending.end(records.map(\.id), tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            try await Self.expectReport(about: records.map(\.id), notifier, recorder, check)
        },
        EndingRule(.notification, "an observer is not retained") { stores, samples, check in
            let notifier = try check.require(
                stores.listening as? any SessionEndingNotifier, "the store does not conform to SessionEndingNotifier")
            weak var released: EndingRecorder?
            do {
                let recorder = EndingRecorder()
                released = recorder
                notifier.addEndingObserver(recorder)
            }
            let record = samples.record()
            try await stores.ending.create(record, now: samples.now)
            try await stores.ending.end(record.id, tombstoneUntil: samples.now + .minutes(1), now: samples.now)
            // A report in progress may retain it for a moment.
            let isReleased = try await Self.wait { released == nil }
            try check.expect(isReleased, "the store retains an observer that nothing else refers to")
        },
    ]

    /// Adds an observer, and waits until the store reports endings to it.
    private static func observe(
        _ stores: EndingStores,
        _ check: ConformanceCheck
    ) async throws -> (any SessionEndingNotifier, EndingRecorder) {
        let notifier = try check.require(
            stores.listening as? any SessionEndingNotifier, "the store does not conform to SessionEndingNotifier")
        let recorder = EndingRecorder()
        notifier.addEndingObserver(recorder)
        let isReporting = try await Self.wait { recorder.isReporting }
        try check.expect(isReporting, "the store never says that it reports endings")
        return (notifier, recorder)
    }

    /// Forgets the reports until now, which may be about anything.
    private static func settle(_ notifier: any SessionEndingNotifier, _ recorder: EndingRecorder) async throws {
        try await notifier.checkForEndings()
        recorder.clear()
    }

    private static func expectReport(
        about ids: [SessionID],
        _ notifier: any SessionEndingNotifier,
        _ recorder: EndingRecorder,
        _ check: ConformanceCheck
    ) async throws {
        let isReported = try await Self.wait {
            try await notifier.checkForEndings()
            return recorder.knows(ids)
        }
        try check.expect(isReported, "an ending was not reported")
    }
}
