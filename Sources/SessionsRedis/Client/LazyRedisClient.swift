//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Synchronization

/// A client that is created when it is first needed.
final class LazyRedisClient: Sendable {
    private enum State {
        case notNeeded
        case made(RedisClient)
        case shutDown
    }

    private let make: @Sendable () -> RedisClient
    private let state = Mutex(State.notNeeded)

    init(_ make: @escaping @Sendable () -> RedisClient) {
        self.make = make
    }

    /// The client. Nil after a shutdown.
    var client: RedisClient? {
        self.state.withLock { state in
            switch state {
            case .notNeeded:
                let client = self.make()
                state = .made(client)
                return client
            case .made(let client): return client
            case .shutDown: return nil
            }
        }
    }

    func shutDown() async {
        let state = self.state.withLock { state in
            defer { state = .shutDown }
            return state
        }
        if case .made(let client) = state { await client.shutdown() }
    }
}
#endif
