//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import SessionsRedis
import Synchronization

/// A client that notes what it is asked, and holds some commands back until enough of them are there.
final class WatchedExecutor: RedisCommandExecutor {
    private struct State {
        var names: [String] = []
        var held: [CheckedContinuation<Void, Never>] = []
        var holding: (@Sendable (RedisCommand) -> Bool)?
        /// How many must be held for all of them to go on.
        var crowd = Int.max
    }

    private let base: any RedisCommandExecutor
    private let state = Mutex(State())

    init(_ base: any RedisCommandExecutor) {
        self.base = base
    }

    /// The names of the commands since the last time, in the order in which they were sent.
    func takeNames() -> [String] {
        self.state.withLock { state in
            defer { state.names = [] }
            return state.names
        }
    }

    /// How many commands are held back.
    var heldCount: Int { self.state.withLock { $0.held.count } }

    /// Holds back the commands that are meant, until so many of them are there, or until ``release()``.
    func hold(until crowd: Int = .max, _ isMeant: @escaping @Sendable (RedisCommand) -> Bool) {
        self.state.withLock { ($0.holding, $0.crowd) = (isMeant, crowd) }
    }

    /// Lets all commands go on.
    func release() {
        let held = self.state.withLock { state in
            state.holding = nil
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func execute(_ command: RedisCommand) async throws -> RedisReply {
        let isHeld = self.state.withLock { state in
            state.names.append(command.name)
            return state.holding?(command) ?? false
        }
        if isHeld {
            await withCheckedContinuation { continuation in
                let isCrowd = self.state.withLock { state in
                    state.held.append(continuation)
                    return state.held.count >= state.crowd
                }
                if isCrowd { self.release() }
            }
        }
        return try await self.base.execute(command)
    }
}
#endif
