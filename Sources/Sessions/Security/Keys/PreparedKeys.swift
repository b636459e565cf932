//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Synchronization

/// Keys derived from a keyring for one purpose. They are derived once, and again when the keyring changes.
///
/// Each access costs one atomic load and one short lock.
final class PreparedKeys<Prepared: Sendable>: Sendable {
    /// One value for each key, in the order of the keyring.
    struct DerivedKeys: Sendable {
        var newest: Prepared
        var all: [Prepared]
    }

    private struct State {
        var derived: DerivedKeys
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

    var derived: DerivedKeys {
        get throws {
            try self.state.withLock { state in
                if state.generation != self.keyring.currentGeneration {
                    state = try Self.state(of: self.keyring, self.prepare)
                }
                return state.derived
            }
        }
    }

    private static func state(of keyring: SecretKeyring, _ prepare: (SecretKey) throws -> Prepared) throws -> State {
        let (keys, generation) = keyring.snapshot
        let all = try keys.map(prepare)
        guard let newest = all.first else { throw SessionError.emptyKeyring }
        return State(derived: DerivedKeys(newest: newest, all: all), generation: generation)
    }
}

extension PreparedKeys: CustomReflectable {
    /// Keys must not be printed.
    var customMirror: Mirror { Mirror(self, children: []) }
}
