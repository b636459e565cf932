//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// How much of a reply is taken in before it is refused.
struct RESPLimits {
    /// The most bytes of a reply, from its first to its last.
    var byteCount = 16_777_216
    /// The most values in a reply, counting those inside of others.
    var valueCount = 1_048_576
    /// How deep replies may stand in replies.
    var depth = 16
    /// The most bytes before the end of a line.
    var lineLength = 65_536
}
#endif
