//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The part of a store's health that a call affects.
///
/// A failure says something about one part of the store, and nothing about the rest: a full disk fails writes and not
/// reads, and one server of a cluster fails only its own sessions.
struct StoreCall: Sendable, Hashable {
    /// The kinds of calls whose failures are counted separately.
    enum Kind: Sendable, Hashable {
        case read
        case write
        /// A listing, or a step of one. A user can make it arbitrarily long, so its failures say nothing about the
        /// store.
        case listing
    }

    let kind: Kind
    /// The session of the call, if there is one.
    let id: SessionID?

    static func read(_ id: SessionID) -> StoreCall { StoreCall(kind: .read, id: id) }
    static func write(_ id: SessionID) -> StoreCall { StoreCall(kind: .write, id: id) }
    static let listing = StoreCall(kind: .listing, id: nil)
    /// For other kinds of stores, which do not report where a session is.
    static let anyRead = StoreCall(kind: .read, id: nil)
    static let anyWrite = StoreCall(kind: .write, id: nil)
}
