//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The deadline of an engine's call to a store.
///
/// For most stores the engine enforces the deadline: the call runs in its own task, beside a timer task. A store that
/// has deadlines anyway avoids both. Its ``SessionStore/needsDeadline`` is false, and each of its calls ends by
/// ``current``, whatever happens to the operation that it waits for.
public enum SessionStoreDeadline {
    @TaskLocal private static var end: ContinuousClock.Instant?

    /// When this task's call must end; nil if no engine made the call, or the engine enforces the deadline.
    public static var current: ContinuousClock.Instant? { self.end }

    /// Calls a store like an engine with this deadline. For tests of stores.
    ///
    /// - Parameters:
    ///   - end: When the call must end.
    ///   - isolation: The isolation of the call. The default is that of the caller.
    ///   - call: The call.
    public static func with<Result>(
        _ end: ContinuousClock.Instant,
        isolation: isolated (any Actor)? = #isolation,
        _ call: () async throws -> Result
    ) async rethrows -> Result {
        try await self.$end.withValue(end, operation: call)
    }
}
