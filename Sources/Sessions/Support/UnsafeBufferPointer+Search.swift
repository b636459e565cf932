//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension UnsafeBufferPointer<UInt8> {
    /// The first index of a byte in a range. The C library checks many bytes at once.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.count)
        guard let base = self.baseAddress, let found = memchr(base + range.lowerBound, Int32(byte), range.count) else {
            return nil
        }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Whether the bytes at an index are equal to another buffer.
    func has(_ other: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
        guard place >= 0, other.count <= self.count - place else { return false }
        guard let base = self.baseAddress, let bytes = other.baseAddress else { return other.isEmpty }
        return memcmp(base + place, bytes, other.count) == 0
    }
}
