//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
package import Sessions

/// Removes expired sessions and tombstones from a store that keeps them.
package enum SessionSweep {
    /// - Parameters:
    ///   - store: The store.
    ///   - progress: Called after each step with the number of removed records.
    /// - Returns: How many records were removed; nil for a store that removes them by itself.
    package static func run(_ store: any SessionStore, progress: (Int) -> Void = { _ in }) async throws -> Int? {
        guard let store = store as? any SweepableSessionStore else { return nil }
        let (limit, now) = (1_000, SessionClock.system.now)
        var count = 0
        while true {
            try Task.checkCancellation()
            let removed = try await store.sweep(limit: limit, now: now)
            count += removed
            progress(count)
            if removed < limit { return count }
        }
    }
}
#endif
