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

/// A request to a server to stop a statement whose caller has given up.
///
/// libpq makes another connection for it and blocks, so it has a thread of its own. The thread ends when the server, or
/// the kernel, has answered.
final class PostgresCancellation: Sendable {
    private enum Outcome {
        case pending
        /// The server has stopped the statement, or there was nothing to stop.
        case delivered(ContinuousClock.Instant)
        case failed
    }

    /// How long a connection waits for the reply to a cancelled statement.
    private static let releaseTime = Duration.seconds(10)
    /// How long it waits for the reply while it is unknown whether the server received the request.
    private static let deliveryTime = Duration.seconds(60)

    private let begin = ContinuousClock.now
    private let outcome: Mutex<Outcome>

    /// Sends the request.
    ///
    /// - Parameters:
    ///   - handle: libpq's handle for the request. Nil if no request is to be sent.
    ///   - onOutcome: Called when the outcome is known.
    init(_ handle: OpaquePointer?, onOutcome: @escaping @Sendable () -> Void) {
        self.outcome = Mutex(handle == nil ? .failed : .pending)
        guard let handle else { return }
        // The pointer is safe here: libpq allows any thread to use it, and only the new thread does.
        nonisolated(unsafe) let request = handle
        Thread.detachNewThread {
            var message: [CChar] = Array(repeating: 0, count: 256)
            let isDelivered = PQcancel(request, &message, Int32(clamping: message.count)) == 1
            PQfreeCancel(request)
            self.outcome.withLock { $0 = isDelivered ? .delivered(.now) : .failed }
            onOutcome()
        }
    }

    /// Whether the request may still reach the server and would then hit any statement that runs on the connection.
    var isPending: Bool {
        if case .pending = self.outcome.withLock({ $0 }) { true } else { false }
    }

    /// The deadline for the reply to the statement. Nil: as long as the connection exists. If the request could not be
    /// sent, the statement may continue, and a replacement connection would be one more on the server.
    var end: ContinuousClock.Instant? {
        switch self.outcome.withLock({ $0 }) {
        case .pending: self.begin + Self.deliveryTime
        case .delivered(let instant): instant + Self.releaseTime
        case .failed: nil
        }
    }
}
#endif
