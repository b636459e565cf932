//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// What came from a server is not the protocol, or is larger than allowed.
struct RESPViolation: Error, Hashable, CustomStringConvertible {
    /// What is wrong with it. Never the bytes themselves: they may be another's session.
    let description: String

    init(_ description: String) { self.description = description }
}
#endif
