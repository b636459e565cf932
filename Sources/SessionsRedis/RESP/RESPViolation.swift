//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// The server's bytes violate the protocol or exceed a limit.
struct RESPViolation: Error, Hashable, CustomStringConvertible {
    /// The description of the violation. It never contains the bytes, because they may belong to another session.
    let description: String

    init(_ description: String) { self.description = description }
}
#endif
