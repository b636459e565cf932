//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Changes a record on its newest version: a value that is told what became of each attempt, and says what to do next.
///
/// An attempt fails when another request was faster. The request then waits in the queue of its session, where it is
/// first in the end, and tries on what the other wrote.
struct RewriteOperation {
    /// How many attempts a change gets. Each that fails means that another request's succeeded.
    static var limit: Int { 128 }
    /// From this attempt on a request waits before it tries again.
    private static var firstWait: Int { 8 }

    /// What happened.
    enum Event {
        /// The operation begins; other requests may be queued for the session.
        case started(isQueued: Bool)
        case attempted(RewriteAttempt)
        /// The request is first in the queue.
        case enteredQueue
        case waited
        /// The record as it is now; nil when it is gone.
        case loaded(SessionRecord?)
    }

    /// What is to be done.
    enum Action {
        /// Write the change of this record.
        case attempt(SessionRecord)
        /// Wait for the turn of this request.
        case enterQueue
        /// Wait for a random time, so that servers that share the store get out of step.
        case wait(atMost: Duration)
        /// Load the record: what was read before a wait is old.
        case load
    }

    enum Step {
        case perform(Action)
        case finish(SessionRewriteResult)
        /// Others were faster each time.
        case failForContention
    }

    private var record: SessionRecord
    private var attemptCount = 0
    private var isInQueue = false

    /// - Parameter record: The record as the request last saw it.
    init(_ record: SessionRecord) {
        self.record = record
    }

    mutating func next(_ event: Event) -> Step {
        switch event {
        case .started(let isQueued):
            // A request that comes while others are queued goes behind them, or they never get their turn.
            return .perform(isQueued ? .enterQueue : .attempt(self.record))
        case .attempted(.written(let record)):
            return .finish(.written(record))
        case .attempted(.gone), .loaded(nil):
            return .finish(.gone)
        case .attempted(.conflict(let current)):
            self.record = current
            return self.nextAttempt()
        case .enteredQueue:
            self.isInQueue = true
            return .perform(.attempt(self.record))
        case .waited:
            return .perform(.load)
        case .loaded(let record?):
            self.record = record
            return .perform(.attempt(record))
        }
    }

    private mutating func nextAttempt() -> Step {
        guard self.isInQueue else { return .perform(.enterQueue) }
        self.attemptCount += 1
        guard self.attemptCount < Self.limit - 1 else { return .failForContention }
        // A request that has just lost knows the newest record and is likely to win now. Later it waits, up to 16 ms.
        guard self.attemptCount >= Self.firstWait else { return .perform(.attempt(self.record)) }
        let longest = Duration.milliseconds(1 << min((self.attemptCount - Self.firstWait) / 4, 4))
        return .perform(.wait(atMost: longest))
    }
}

/// What became of one attempt to change a record.
enum RewriteAttempt {
    case written(SessionRecord)
    /// Another request wrote since: this is there.
    case conflict(SessionRecord)
    /// The session has ended, or a login or re-authentication came since the request began.
    case gone
}

/// What became of a change.
enum SessionRewriteResult {
    case written(SessionRecord)
    /// The session has ended, or a login or re-authentication came since the request began.
    case gone
}
