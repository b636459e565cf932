//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A walk over many records in steps, each with its own deadline, so that it completes for any number of records.
///
/// A failed step is retried with half as many records, because a store may be slow for a while, and in thousands of
/// steps an occasional failure is likely. Steps of the first page are not retried: they detect a store that is down.
struct StoreWalk {
    /// The maximum number of records in a step.
    private static let largestStep = 512
    private static let smallestStep = 16
    /// The maximum number of attempts of a step. With the default deadline of two seconds, a walk outlasts a store that
    /// does not respond for twenty.
    static let attemptLimit = 10

    private var stepSize = Self.largestStep
    /// The number of complete pages. Until the first is complete, no step is retried.
    private(set) var pageCount = 0

    /// The current page is complete.
    mutating func finishPage() { self.pageCount += 1 }

    /// Runs one step, and retries it.
    ///
    /// - Parameter body: Reads or ends at most this number of records.
    mutating func step<Result>(_ body: (_ limit: Int) async throws -> Result) async throws -> Result {
        var attempt = 1
        while true {
            do {
                let result = try await body(self.stepSize)
                // The store may have recovered.
                if attempt == 1 { self.stepSize = min(self.stepSize * 2, Self.largestStep) }
                return result
            } catch let error as SessionError
                where error.code == .storeUnavailable && self.pageCount > 0 && attempt < Self.attemptLimit
            {
                try Task.checkCancellation()
                attempt += 1
                self.stepSize = max(self.stepSize / 2, Self.smallestStep)
            }
        }
    }
}
