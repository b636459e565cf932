//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto

/// The keys of CSRF tokens, of a keyring and for one audience.
struct CSRFKeys: Sendable {
    private struct Pair {
        var current: SymmetricKey
        /// The key as versions without audiences derived it.
        var former: SymmetricKey
    }

    private let keys: PreparedKeys<Pair>
    private let former: FormerTokens

    init(_ keyring: SecretKeyring, audience: KeyAudience, former: FormerTokens) throws {
        let purpose = KeyPurpose.csrf.narrowed(to: audience)
        self.keys = try PreparedKeys(keyring) { key in
            Pair(current: key.derived(for: purpose), former: key.derived(for: .csrf))
        }
        self.former = former
    }

    /// The key that makes tokens, and all keys that verify them. Those of earlier versions never make tokens.
    var derived: PreparedKeys<SymmetricKey>.DerivedKeys {
        get throws {
            let derived = try self.keys.derived
            let former = self.former.areAccepted ? derived.all.map(\.former) : []
            return .init(newest: derived.newest.current, all: derived.all.map(\.current) + former)
        }
    }
}
