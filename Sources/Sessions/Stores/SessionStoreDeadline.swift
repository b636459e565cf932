//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Until when an engine waits for the store that it calls.
///
/// For most stores the engine watches the time itself: the call runs in a task of its own, beside one that is the
/// timer. A store that waits with deadlines anyway spares it both. Its ``SessionStore/needsDeadline`` is false, and
/// each of its calls is over by ``current``, whatever happens to what it waits for.
public enum SessionStoreDeadline {
    @TaskLocal private static var end: ContinuousClock.Instant?

    /// When the call that this task makes is to be over; nil where no engine has called, or the engine watches the
    /// time.
    public static var current: ContinuousClock.Instant? { self.end }

    /// Calls a store as an engine does that waits for it until then. For tests of stores.
    ///
    /// - Parameters:
    ///   - end: When the call is to be over.
    ///   - isolation: Where the call is made. The default is where the caller is.
    ///   - call: The call.
    public static func with<Result>(
        _ end: ContinuousClock.Instant,
        isolation: isolated (any Actor)? = #isolation,
        _ call: () async throws -> Result
    ) async rethrows -> Result {
        try await self.$end.withValue(end, operation: call)
    }
}
