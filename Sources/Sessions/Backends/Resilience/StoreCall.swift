//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a call to a store is about, as far as its health is concerned.
///
/// A failure says something about the part of the store that failed, and nothing about the rest: a full disk fails
/// writes and not reads, and one server of a cluster fails its own sessions only.
struct StoreCall: Sendable, Hashable {
    /// The kinds of calls whose failures are counted apart.
    enum Kind: Sendable, Hashable {
        case read
        case write
        /// A listing, or a step through one. It may be as long as one user has made it, so its failures say nothing
        /// about the store.
        case listing
    }

    let kind: Kind
    /// The session that it is about, if it is about one.
    let id: SessionID?

    static func read(_ id: SessionID) -> StoreCall { StoreCall(kind: .read, id: id) }
    static func write(_ id: SessionID) -> StoreCall { StoreCall(kind: .write, id: id) }
    static let listing = StoreCall(kind: .listing, id: nil)
    /// For stores of another form, which do not say which session is where.
    static let anyRead = StoreCall(kind: .read, id: nil)
    static let anyWrite = StoreCall(kind: .write, id: nil)
}
