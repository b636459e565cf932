//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Where the sessions of an engine are remembered.
public struct SessionBackend: Sendable {
    let store: any SessionStore
    let isEncryptedAtRest: Bool

    /// In a store: the client has a token and nothing else.
    ///
    /// - Parameters:
    ///   - store: The store.
    ///   - encryptedAtRest: Whether the values are sealed in the store under a key that only the visitor's token opens,
    ///     so that neither a dump of the store nor whatever the server keeps reveals them. Subjects and times stay
    ///     readable, for lists and endings; the values of a session are then open to its own requests alone. It can be
    ///     turned on and off at any time: a session is stored in the new way when it is written next. The default is
    ///     false.
    public static func stored(in store: any SessionStore, encryptedAtRest: Bool = false) -> SessionBackend {
        SessionBackend(store: store, isEncryptedAtRest: encryptedAtRest)
    }
}
