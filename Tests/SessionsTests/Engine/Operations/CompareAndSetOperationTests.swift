//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
import Testing

@testable import Sessions

/// What a rewrite asks for, told what became of each attempt.
@Suite("A rewrite decides")
struct CompareAndSetOperationTests {
    private static let record = SessionConfiguration().newRecord(
        for: SessionToken(random: .system), now: SessionInstant(millisecondsSince1970: 1_800_000_000_000))

    @Test("what is written at once asks for nothing else")
    func written() {
        var operation = CompareAndSetOperation(Self.record)
        guard case .perform(.attempt) = operation.next(.started(isQueued: false)) else {
            Issue.record("The first step is an attempt.")
            return
        }
        guard case .finish(.written) = operation.next(.attempted(.written(operation.record))) else {
            Issue.record("A written record is the end.")
            return
        }
    }

    @Test("a request that finds others queued goes behind them before it tries")
    func queued() {
        var operation = CompareAndSetOperation(Self.record)
        guard case .perform(.enterQueue) = operation.next(.started(isQueued: true)),
            case .perform(.attempt) = operation.next(.enteredQueue(lastWritten: nil))
        else {
            Issue.record("The queue comes first, and then an attempt.")
            return
        }
    }

    /// The record of the first attempt of a request that waited behind one that wrote another record.
    private static func firstAttempt(
        after change: (inout SessionRecord) -> Void, on record: SessionRecord = Self.record
    ) -> SessionRecord {
        var (operation, other) = (CompareAndSetOperation(record), record)
        other.version = SessionVersion(counter: record.version.counter + 1, tag: 7)
        change(&other)
        _ = operation.next(.started(isQueued: true))
        _ = operation.next(.enteredQueue(lastWritten: other))
        return operation.record
    }

    @Test("a request continues with the newer record that the request before it in the queue wrote")
    func continuesWithLastWritten() {
        #expect(Self.firstAttempt { _ in }.version.tag == 7)
    }

    @Test("it does not continue with an older record, one of another login or one that is sealed for its own request")
    func doesNotContinue() {
        #expect(Self.firstAttempt { $0.version = Self.record.version } == Self.record)
        #expect(Self.firstAttempt { $0.subject = "ada" } == Self.record)
        #expect(Self.firstAttempt { $0.authenticatedAt = $0.createdAt } == Self.record)
        let token = SessionToken(random: .system)
        #expect(Self.firstAttempt { $0.dataKey = try? DataKey(for: token, random: .system) } == Self.record)
    }

    @Test("a conflict goes on with the record of the other, in the queue, and waits up to 16 ms from the eighth on")
    func conflicts() {
        var (operation, attempts, waits, loads) = (CompareAndSetOperation(Self.record), 0, [Duration](), 0)
        var (base, step) = (Self.record, operation.next(.started(isQueued: false)))
        var isInQueue = false
        loop: while case .perform(let action) = step {
            switch action {
            case .attempt:
                attempts += 1
                #expect(operation.record.version == base.version, "each attempt is on the newest record")
                base.version = SessionVersion(counter: base.version.counter + 1, tag: 0)
                step = operation.next(.attempted(.conflict(base)))
            case .enterQueue:
                #expect(attempts == 1 && !isInQueue)
                isInQueue = true
                step = operation.next(.enteredQueue(lastWritten: nil))
            case .wait(let longest):
                waits.append(longest)
                step = operation.next(.waited)
            case .load:
                loads += 1
                step = operation.next(.loaded(base))
            }
        }
        guard case .failForContention = step else {
            Issue.record("It gives up: \(step)")
            return
        }
        #expect(attempts == CompareAndSetOperation.limit)
        #expect(waits.first == .milliseconds(1) && waits.max() == .milliseconds(16))
        #expect(loads == waits.count && loads == CompareAndSetOperation.limit - 9)
    }

    @Test("a session that is gone is the end, also after a wait")
    func missingSession() {
        var operation = CompareAndSetOperation(Self.record)
        _ = operation.next(.started(isQueued: false))
        guard case .finish(.gone) = operation.next(.attempted(.gone)),
            case .finish(.gone) = operation.next(.loaded(nil))
        else {
            Issue.record("A session that is gone is the end.")
            return
        }
    }
}
