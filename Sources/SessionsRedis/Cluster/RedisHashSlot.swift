//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// Maps a key to one of the 16,384 slots of a cluster.
///
/// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
enum RedisHashSlot {
    static let count = 16_384

    static func of(_ key: RedisArgument) -> Int {
        switch key.content {
        case .text(let text): self.of(text.utf8)
        case .bytes(let bytes): self.of(bytes)
        case .integer: self.of(key.bytes)
        }
    }

    /// If a key contains braces, only the text in the first pair that is not empty counts.
    private static func of(_ key: some BidirectionalCollection<UInt8>) -> Int {
        if let open = key.firstIndex(of: UInt8(ascii: "{")) {
            let rest = key[key.index(after: open)...]
            if let close = rest.firstIndex(of: UInt8(ascii: "}")), close != rest.startIndex {
                return self.checksum(rest[..<close])
            }
        }
        return self.checksum(key)
    }

    private static func checksum(_ bytes: some Sequence<UInt8>) -> Int {
        var checksum: UInt16 = 0
        for byte in bytes { checksum = checksum << 8 ^ self.table[Int(checksum >> 8 ^ UInt16(byte))] }
        return Int(checksum) % self.count
    }

    /// CRC-16/XMODEM, byte by byte.
    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte) << 8) { value, _ in
            value & 0x8000 == 0 ? value << 1 : value << 1 ^ 0x1021
        }
    }
}
#endif
