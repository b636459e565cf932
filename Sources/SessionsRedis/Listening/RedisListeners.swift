//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Synchronization

/// A connection that listens, and ends with its client.
protocol RedisListening: AnyObject, Sendable {
    func shutDown() async
}

/// The connections of one client that listen for one purpose.
final class RedisListeners<Listening: RedisListening>: Sendable {
    private struct Reference {
        weak var listener: Listening?
    }

    private let references = Mutex<[Reference]>([])

    func add(_ listener: Listening) {
        self.references.withLock { references in
            references.removeAll { $0.listener == nil }
            references.append(Reference(listener: listener))
        }
    }

    var all: [Listening] { self.references.withLock { $0.compactMap(\.listener) } }

    func shutDown() async {
        for listener in self.all { await listener.shutDown() }
    }
}
#endif
