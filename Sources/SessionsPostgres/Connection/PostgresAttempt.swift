//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
/// A request, and what is known of its earlier attempts.
struct PostgresAttempt {
    let request: PostgresRequest
    private var triesLeft = 5
    /// Whether the server may have performed the statement already.
    private(set) var mayHaveRun = false

    init(_ request: PostgresRequest) {
        self.request = request
    }

    /// Records that the statement is sent.
    mutating func begin() {
        self.triesLeft -= 1
    }

    /// Records a failure.
    ///
    /// - Returns: Whether to send the statement again.
    mutating func retries(after error: PostgresError) -> Bool {
        self.mayHaveRun = self.mayHaveRun || error.mayHaveRun
        let maySendAgain = !self.mayHaveRun || self.request.idempotency != .nonIdempotent
        let isWanted = !self.request.isCancelled && !self.request.isFinished
        return self.triesLeft > 0 && maySendAgain && error.isWorthRepeating && isWanted
    }
}
#endif
