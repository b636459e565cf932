//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
public import Sessions

/// A challenge that a device signs, as it was read from a proof.
public struct DeviceChallenge: Sendable, Hashable {
    /// What a challenge is for. A proof for one purpose is rejected for another.
    public struct Purpose: Sendable, Hashable {
        let byte: UInt8

        /// The registration of a key.
        public static let registration = Purpose(byte: 1)
        /// A refresh of the cookie.
        public static let refresh = Purpose(byte: 2)
    }

    /// The position of the challenge among those of its session. It is at least the time at which the challenge was
    /// made, and later than every challenge that had been used then.
    ///
    /// When the challenge is used, raise the session's floor to it, by compare-and-set: the challenge, and those made
    /// before it, are then rejected.
    public let position: SessionInstant
}
#endif
