//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
/// The requests that wait for a connection, in order.
struct RequestQueue {
    private var attempts: [PostgresAttempt?] = []
    /// The number of places at the beginning whose requests were taken.
    private var takenCount = 0

    var count: Int { self.attempts.count - self.takenCount }

    mutating func append(_ attempt: PostgresAttempt) {
        self.attempts.append(attempt)
    }

    /// Puts a request that is sent again before all others.
    mutating func prepend(_ attempt: PostgresAttempt) {
        if self.takenCount > 0 {
            self.takenCount -= 1
            self.attempts[self.takenCount] = attempt
        } else {
            self.attempts.insert(attempt, at: 0)
        }
    }

    mutating func popFirst() -> PostgresAttempt? {
        guard self.count > 0 else { return nil }
        let first = self.attempts[self.takenCount]
        self.attempts[self.takenCount] = nil
        self.takenCount += 1
        // Half of the places at least, so that each request is moved once on average.
        if self.takenCount * 2 >= self.attempts.count {
            self.attempts.removeFirst(self.takenCount)
            self.takenCount = 0
        }
        return first
    }

    /// Removes requests.
    mutating func removeAll(where isRemoved: (PostgresRequest) -> Bool) {
        self.attempts.removeAll { $0.map { isRemoved($0.request) } ?? true }
        self.takenCount = 0
    }

    /// Removes all requests after the first ones.
    mutating func removeAll(after count: Int) -> [PostgresRequest] {
        guard count < self.count else { return [] }
        let start = self.takenCount + count
        defer { self.attempts.removeSubrange(start...) }
        return self.attempts[start...].compactMap { $0?.request }
    }
}
#endif
