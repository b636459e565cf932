//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Synchronization

/// A server whose connection to its stores is lost at one of its calls.
final class LostConnection: Sendable {
    private let callsLeft: Mutex<Int>
    private let losesReply: Bool

    /// - Parameters:
    ///   - calls: How many calls are answered.
    ///   - losesReply: Whether the call after them happens all the same.
    init(after calls: Int, losesReply: Bool) {
        self.callsLeft = Mutex(calls)
        self.losesReply = losesReply
    }

    func perform<Result>(_ call: () async throws -> Result) async throws -> Result {
        let left = self.callsLeft.withLock { left in
            defer { left = max(-1, left - 1) }
            return left
        }
        if left > 0 { return try await call() }
        if left == 0, self.losesReply { _ = try await call() }
        throw SessionStoreError(.unavailable, "The connection is lost.")
    }
}
