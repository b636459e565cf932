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

    /// In a store: the client has a token and nothing else.
    public static func stored(in store: any SessionStore) -> SessionBackend {
        SessionBackend(store: store)
    }
}
