//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import CPostgres
import Foundation
import Synchronization

/// The request to a server to stop a statement whose caller has given up.
///
/// libpq makes another connection for it and blocks, so that it has a thread of its own. That thread ends when the
/// server, or the kernel in its place, has answered.
final class PostgresCancellation: Sendable {
    private enum Outcome {
        case pending
        /// The server has stopped the statement, or had nothing to stop.
        case delivered(ContinuousClock.Instant)
        case failed
    }

    /// How long a connection waits for the answer to a statement that was stopped.
    private static let releaseTime = Duration.seconds(10)
    /// How long it waits for the answer while it is not known whether the server heard the request.
    private static let deliveryTime = Duration.seconds(60)

    private let begin = ContinuousClock.now
    private let outcome: Mutex<Outcome>

    /// Asks for it; `wake` is called when the outcome is known.
    ///
    /// - Parameter handle: What libpq needs to ask; nil when nothing is to be asked.
    init(_ handle: OpaquePointer?, wake: WakePipe) {
        self.outcome = Mutex(handle == nil ? .failed : .pending)
        guard let handle else { return }
        // Safe although it is a pointer: libpq allows any thread to use it, and only the new thread does.
        nonisolated(unsafe) let request = handle
        Thread.detachNewThread {
            var message: [CChar] = Array(repeating: 0, count: 256)
            let isDelivered = PQcancel(request, &message, Int32(clamping: message.count)) == 1
            PQfreeCancel(request)
            self.outcome.withLock { $0 = isDelivered ? .delivered(.now) : .failed }
            wake.wake()
        }
    }

    /// Whether the request may still reach the server, and would hit whatever runs on the connection then.
    var isPending: Bool {
        if case .pending = self.outcome.withLock({ $0 }) { true } else { false }
    }

    /// Until when to wait for the statement's answer; nil for as long as there is a connection. Where the request could
    /// not be made the statement may run on, and a connection in place of this one would be one more at the server.
    var end: ContinuousClock.Instant? {
        switch self.outcome.withLock({ $0 }) {
        case .pending: self.begin + Self.deliveryTime
        case .delivered(let instant): instant + Self.releaseTime
        case .failed: nil
        }
    }
}
#endif
