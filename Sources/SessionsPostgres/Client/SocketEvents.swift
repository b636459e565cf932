//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The events that a thread waits for, or that occurred.
struct SocketEvents: OptionSet {
    let rawValue: Int

    /// Data can be read, or the other side has closed the connection.
    static let readable = SocketEvents(rawValue: 1)
    /// Data can be written.
    static let writable = SocketEvents(rawValue: 2)
    /// ``WakePipe/wake()`` was called.
    static let woken = SocketEvents(rawValue: 4)

    /// Blocks the thread until one of the events occurs. The result is empty after a timeout.
    ///
    /// - Parameter limit: The timeout. Nil: none.
    static func wait(
        _ socket: Int32,
        for wanted: SocketEvents,
        or wake: WakePipe,
        atMost limit: Duration?
    ) -> SocketEvents {
        var interest: Int32 = 0
        if wanted.contains(.readable) { interest |= Int32(POLLIN) }
        if wanted.contains(.writable) { interest |= Int32(POLLOUT) }
        var files = [
            pollfd(fd: socket, events: Int16(truncatingIfNeeded: interest), revents: 0),
            pollfd(fd: wake.readEnd, events: Int16(truncatingIfNeeded: Int32(POLLIN)), revents: 0),
        ]
        // Rounded up, so that the limit has passed after a timeout.
        let milliseconds = limit.map { Int32(clamping: Int(clamping: $0 / .milliseconds(1)) + 1) } ?? -1
        guard poll(&files, 2, max(-1, milliseconds)) > 0 else { return [] }
        var events: SocketEvents = []
        let happened = Int32(files[0].revents)
        if happened & ~Int32(POLLOUT) != 0 { events.insert(.readable) }
        if happened & Int32(POLLOUT) != 0 { events.insert(.writable) }
        if files[1].revents != 0 {
            wake.drain()
            events.insert(.woken)
        }
        return events
    }
}

extension Int {
    fileprivate init(clamping double: Double) {
        self = double.isFinite ? (double < 2e9 ? (double > 0 ? Int(double) : 0) : 2_000_000_000) : 0
    }
}
#endif
