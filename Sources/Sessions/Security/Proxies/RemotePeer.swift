//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The peer that a request came from. The address is formatted on demand, because most requests do not need it.
///
/// A type of at most three words costs a request no allocation ("memory: untouched" in `Thresholds.tsv`).
public protocol RemotePeer: Sendable {
    /// The address, without a port, or nil when it is not known.
    var address: String? { get }
}

/// A peer whose address is known.
struct FixedPeer: RemotePeer {
    let address: String?
}

/// A peer whose address a closure returns.
struct LazyPeer: RemotePeer {
    let resolve: @Sendable () -> String?

    var address: String? { self.resolve() }
}
