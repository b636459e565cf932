//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Who a request came from. Most requests never ask, so that the address is written down only when one does; what fits
/// into three words needs no place of its own meanwhile.
package protocol RemotePeer: Sendable {
    /// The address, without a port, or nil when it is not known.
    var address: String? { get }
}

/// A peer whose address is known.
struct FixedPeer: RemotePeer {
    let address: String?
}

/// A peer whose address somebody else knows.
struct LazyPeer: RemotePeer {
    let ask: @Sendable () -> String?

    var address: String? { self.ask() }
}
