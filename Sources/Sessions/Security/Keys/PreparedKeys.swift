//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// What one user of a keyring makes of its keys: made once, and again when the keys have changed.
///
/// Reading it on every request costs one load of a number and one lock that is held for an instant.
final class PreparedKeys<Prepared: Sendable>: Sendable {
    /// Of each key, in the order of the ring.
    struct Ring: Sendable {
        var newest: Prepared
        var all: [Prepared]
    }

    private struct State {
        var ring: Ring
        var generation: Int
    }

    private let keyring: SecretKeyring
    private let prepare: @Sendable (SecretKey) throws -> Prepared
    private let state: Mutex<State>

    init(_ keyring: SecretKeyring, prepare: @escaping @Sendable (SecretKey) throws -> Prepared) throws {
        self.keyring = keyring
        self.prepare = prepare
        self.state = Mutex(try Self.state(of: keyring, prepare))
    }

    var ring: Ring {
        get throws {
            try self.state.withLock { state in
                if state.generation != self.keyring.currentGeneration {
                    state = try Self.state(of: self.keyring, self.prepare)
                }
                return state.ring
            }
        }
    }

    private static func state(of keyring: SecretKeyring, _ prepare: (SecretKey) throws -> Prepared) throws -> State {
        let (keys, generation) = keyring.snapshot
        let all = try keys.map(prepare)
        guard let newest = all.first else { throw SessionError.emptyKeyring }
        return State(ring: Ring(newest: newest, all: all), generation: generation)
    }
}

extension PreparedKeys: CustomReflectable {
    /// Keys are shown nowhere.
    var customMirror: Mirror { Mirror(self, children: []) }
}
