//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// The limits of a reply. One with too many bytes or values is skipped. Exceeding another limit is a violation.
struct RESPLimits {
    /// The maximum size of a reply in bytes.
    var byteCount = 16_777_216
    /// The maximum number of values in a reply, including nested ones.
    var valueCount = 1_048_576
    /// The maximum length that a string or an array may declare, even to be skipped.
    var length = 4_294_967_296
    /// The maximum nesting depth.
    var depth = 16
    /// The maximum length of a line in bytes.
    var lineLength = 65_536
}
#endif
