//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Synchronization

/// Replies that a scripted server has ready and does not send yet.
final class HeldReplies: Sendable {
    private struct State {
        var isOpen = false
        var replies: [(String, ScriptedServer.Connection)] = []
        var waiter: (count: Int, CheckedContinuation<Void, Never>)?
    }

    private let state = Mutex(State())

    func hold(_ text: String, _ connection: ScriptedServer.Connection) {
        let waiter = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isOpen else {
                connection.send(text)
                return nil
            }
            state.replies.append((text, connection))
            guard let (count, waiter) = state.waiter, state.replies.count >= count else { return nil }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Returns when as many are held.
    func wait(for count: Int) async {
        await withCheckedContinuation { continuation in
            let isPresent = self.state.withLock { state in
                if state.replies.count < count { state.waiter = (count, continuation) }
                return state.replies.count >= count
            }
            if isPresent { continuation.resume() }
        }
    }

    /// Sends them, in their order, and holds no more.
    func release() {
        self.state.withLock { state in
            state.isOpen = true
            for (text, connection) in state.replies { connection.send(text) }
            state.replies = []
        }
    }
}
#endif
