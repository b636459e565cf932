//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a client presents to open a session.
enum SessionCredential {
    /// The token of a stored session.
    case token(SessionToken)
    /// A whole sealed session.
    case sealed([UInt8])
    /// The other system's id of an external session.
    case external(ExternalSessionID)

    /// Whether it is the same as another.
    func matches(_ other: SessionCredential) -> Bool {
        switch (self, other) {
        case (.token(let one), .token(let other)): one.matches(other)
        case (.sealed(let one), .sealed(let other)): one == other
        case (.external(let one), .external(let other)): one == other
        default: false
        }
    }
}
