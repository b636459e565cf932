//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Changes the newest version of a record: a state machine that gets the result of each attempt, and returns the next
/// action.
///
/// An attempt fails when another request was faster. The request then waits in the queue of its session, where its turn
/// comes, and retries on what the other wrote.
struct CompareAndSetOperation {
    /// The maximum number of attempts. Each failed one means that another request's attempt succeeded.
    static var limit: Int { 128 }
    /// The attempt from which on a request waits before it retries.
    private static var firstWait: Int { 8 }

    /// An input of the state machine.
    enum Event {
        /// The operation begins; other requests may be queued for the session.
        case started(isQueued: Bool)
        case attempted(UpdateAttempt)
        /// The request's turn in the queue has come. The record is the one that the request before it wrote, if any.
        case enteredQueue(lastWritten: SessionRecord?)
        case waited
        /// The current record; nil when it is gone.
        case loaded(SessionRecord?)
    }

    /// The next action.
    enum Action {
        /// Write the change of ``CompareAndSetOperation/record``. It is not in the action, because each copy costs
        /// ("memory: counter").
        case attempt
        /// Wait for the turn of this request.
        case enterQueue
        /// Wait for a random time, so that servers that share the store do not retry in step.
        case wait(atMost: Duration)
        /// Load the record, because one that was read before a wait is outdated.
        case load
    }

    enum Step {
        case perform(Action)
        case finish(UpdateResult)
        /// Other requests were faster each time.
        case failForContention
    }

    /// The newest version of the record that is known.
    private(set) var record: SessionRecord
    private var attemptCount = 0
    private var isInQueue = false

    /// - Parameter record: The record as the request last saw it.
    init(_ record: SessionRecord) {
        self.record = record
    }

    mutating func next(_ event: Event) -> Step {
        switch event {
        case .started(let isQueued):
            // A new request goes behind queued ones, so that they do not starve.
            return .perform(isQueued ? .enterQueue : .attempt)
        case .attempted(.written(let record)):
            return .finish(.written(record))
        case .attempted(.gone), .loaded(nil):
            return .finish(.gone)
        case .attempted(.conflict(let current)):
            self.record = current
            return self.nextAttempt()
        case .enteredQueue(let lastWritten):
            self.isInQueue = true
            if let lastWritten, self.canContinue(with: lastWritten) { self.record = lastWritten }
            return .perform(.attempt)
        case .waited:
            return .perform(.load)
        case .loaded(let record?):
            self.record = record
            return .perform(.attempt)
        }
    }

    /// Whether an attempt on a record of another request is likely to succeed. It saves an attempt whose only result is
    /// that record. The store still compares versions. A record that is encrypted at rest is sealed for its own
    /// request, and a record of another system has a version of its own.
    private func canContinue(with other: SessionRecord) -> Bool {
        other.version.counter > self.record.version.counter && other.hasSameLogin(as: self.record)
            && other.dataKey == nil && other.external == nil
    }

    private mutating func nextAttempt() -> Step {
        guard self.isInQueue else { return .perform(.enterQueue) }
        self.attemptCount += 1
        guard self.attemptCount < Self.limit - 1 else { return .failForContention }
        // A request that has just lost knows the newest record and is likely to win now. Later it waits, up to 16 ms.
        guard self.attemptCount >= Self.firstWait else { return .perform(.attempt) }
        let longest = Duration.milliseconds(1 << min((self.attemptCount - Self.firstWait) / 4, 4))
        return .perform(.wait(atMost: longest))
    }
}

/// The result of one attempt to change a record.
enum UpdateAttempt {
    case written(SessionRecord)
    /// Another request has written in the meantime: this is the stored record.
    case conflict(SessionRecord)
    /// The session has ended, or there was a login or re-authentication since the request began.
    case gone
}

/// The result of a change.
enum UpdateResult {
    case written(SessionRecord)
    /// The session has ended, or there was a login or re-authentication since the request began.
    case gone
}
