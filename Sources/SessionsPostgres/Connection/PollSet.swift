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
}

/// The sockets that a thread waits for.
struct PollSet {
    private var files: [pollfd] = []

    mutating func removeAll() {
        self.files.removeAll(keepingCapacity: true)
    }

    mutating func add(_ socket: Int32, _ wanted: SocketEvents) {
        var interest: Int32 = 0
        if wanted.contains(.readable) { interest |= Int32(POLLIN) }
        if wanted.contains(.writable) { interest |= Int32(POLLOUT) }
        self.files.append(pollfd(fd: socket, events: Int16(truncatingIfNeeded: interest), revents: 0))
    }

    /// Blocks the thread until one of the events occurs.
    ///
    /// - Parameter limit: The timeout. Nil: none.
    /// - Returns: False after a timeout.
    mutating func wait(atMost limit: Duration?) -> Bool {
        poll(&self.files, nfds_t(self.files.count), limit.map { Self.milliseconds($0) } ?? -1) > 0
    }

    /// What occurred at a socket, by its place in the order of the sockets.
    func events(of index: Int) -> SocketEvents {
        let happened = Int32(self.files[index].revents)
        var events: SocketEvents = []
        if happened & ~Int32(POLLOUT) != 0 { events.insert(.readable) }
        if happened & Int32(POLLOUT) != 0 { events.insert(.writable) }
        return events
    }

    /// Rounded up, so that the limit has passed after a timeout.
    private static func milliseconds(_ limit: Duration) -> Int32 {
        guard limit > .zero else { return 0 }
        let (seconds, attoseconds) = limit.components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return Int32(seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
#endif
