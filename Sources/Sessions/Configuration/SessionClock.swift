//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#elseif canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The time source of a session engine, and how it waits.
///
/// This library has no other clock: stores receive `now`, and a test that moves this clock moves every limit.
public struct SessionClock: Sendable {
    private let readNow: @Sendable () -> SessionInstant
    private let wait: @Sendable (Duration) async throws -> Void

    /// Creates a clock.
    ///
    /// - Parameters:
    ///   - now: The current time.
    ///   - sleep: Returns once the duration has passed; throws `CancellationError` when its task is canceled.
    public init(
        now: @escaping @Sendable () -> SessionInstant,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.readNow = now
        self.wait = sleep
    }

    /// The system clock. Session limits are calendar time, which all servers of an application share.
    public static let system = SessionClock(
        now: { .ofMachine },
        // A very long configured deadline must not overflow the system clock.
        sleep: { try await Task.sleep(for: min($0, .days(36_500))) }
    )

    /// The current time.
    public var now: SessionInstant { self.readNow() }

    /// Waits for a duration.
    ///
    /// - Throws: `CancellationError` when the task is canceled.
    public func sleep(for duration: Duration) async throws {
        try await self.wait(duration)
    }
}

extension SessionInstant {
    /// The system time. Every request reads it, so the system call is used if there is one, without the floating-point
    /// arithmetic of `Date`.
    fileprivate static var ofMachine: SessionInstant {
        #if canImport(Glibc) || canImport(Musl) || canImport(Darwin)
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return SessionInstant(millisecondsSince1970: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        #else
        return SessionInstant(Date())
        #endif
    }
}
