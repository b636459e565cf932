//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a session engine gets the time from, and how it waits.
///
/// There is no other clock in this library: stores are given `now`, and a test that moves this clock moves every limit.
public struct SessionClock: Sendable {
    private let readNow: @Sendable () -> Instant
    private let wait: @Sendable (Duration) async throws -> Void

    /// Creates a clock.
    ///
    /// - Parameters:
    ///   - now: The current time.
    ///   - sleep: Returns once the duration has passed; throws `CancellationError` when its task is cancelled.
    public init(
        now: @escaping @Sendable () -> Instant,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.readNow = now
        self.wait = sleep
    }

    /// The clock of the machine. Session limits are calendar time, which all servers of an application share.
    public static let system = SessionClock(
        now: { Instant(Date()) },
        // A deadline that somebody made as long as there are must not overflow the machine's clock.
        sleep: { try await Task.sleep(for: min($0, .days(36_500))) }
    )

    /// The current time.
    public var now: Instant { self.readNow() }

    /// Waits for a duration.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(for duration: Duration) async throws {
        try await self.wait(duration)
    }
}
