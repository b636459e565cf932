//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// How large a reply may be. One with more bytes or values is skipped; what is beyond the other limits is no reply.
struct RESPLimits {
    /// The most bytes of a reply, from its first to its last.
    var byteCount = 16_777_216
    /// The most values in a reply, counting those inside of others.
    var valueCount = 1_048_576
    /// The largest length that a string or an array may claim, even to be skipped.
    var length = 4_294_967_296
    /// How deep replies may stand in replies.
    var depth = 16
    /// The most bytes before the end of a line.
    var lineLength = 65_536
}
#endif
