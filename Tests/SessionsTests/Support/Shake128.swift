//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// SHAKE128 (FIPS 202), which the published test of XAES-256-GCM draws its messages from and hashes them with.
struct Shake128 {
    private static let rate = 168
    private static let roundConstants: [UInt64] = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808A, 0x8000_0000_8000_8000,
        0x0000_0000_0000_808B, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
        0x0000_0000_0000_008A, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000A,
        0x0000_0000_8000_808B, 0x8000_0000_0000_008B, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
        0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800A, 0x8000_0000_8000_000A,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
    private static let rotations: [UInt64] = [
        1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
    ]
    private static let lanes = [
        10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
    ]

    private var state = [UInt64](repeating: 0, count: 25)
    private var position = 0
    private var isSqueezing = false

    mutating func absorb(_ bytes: [UInt8]) {
        for byte in bytes {
            self.add(byte, at: self.position)
            self.position += 1
            if self.position == Self.rate { self.permute() }
        }
    }

    mutating func squeeze(_ count: Int) -> [UInt8] {
        if !self.isSqueezing {
            self.add(0x1F, at: self.position)
            self.add(0x80, at: Self.rate - 1)
            self.permute()
            self.isSqueezing = true
        }
        return (0..<count).map { _ in
            if self.position == Self.rate { self.permute() }
            defer { self.position += 1 }
            return UInt8(truncatingIfNeeded: self.state[self.position / 8] >> UInt64(self.position % 8 * 8))
        }
    }

    private mutating func add(_ byte: UInt8, at position: Int) {
        self.state[position / 8] ^= UInt64(byte) << UInt64(position % 8 * 8)
    }

    /// Keccak-f[1600]. Through pointers and plain loops, for tests are not optimized and this runs 30,000 times.
    private mutating func permute() {
        self.position = 0
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 30) { memory in
            guard let state = memory.baseAddress else { return }
            state.initialize(from: self.state, count: 25)
            for constant in Self.roundConstants { Self.round(state, constant, scratch: state + 25) }
            self.state = Array(memory.prefix(25))
        }
    }

    private static func round(
        _ state: UnsafeMutablePointer<UInt64>, _ constant: UInt64, scratch: UnsafeMutablePointer<UInt64>
    ) {
        var x = 0
        while x < 5 {
            scratch[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20]
            x += 1
        }
        x = 0
        while x < 5 {
            let next = scratch[(x + 1) % 5]
            let change = scratch[(x + 4) % 5] ^ (next &<< 1 | next &>> 63)
            var y = x
            while y < 25 {
                state[y] ^= change
                y += 5
            }
            x += 1
        }
        var moving = state[1]
        var index = 0
        while index < 24 {
            let lane = self.lanes[index]
            let rotation = self.rotations[index]
            let next = state[lane]
            state[lane] = moving &<< rotation | moving &>> (64 - rotation)
            moving = next
            index += 1
        }
        var y = 0
        while y < 25 {
            x = 0
            while x < 5 {
                scratch[x] = state[y + x]
                x += 1
            }
            x = 0
            while x < 5 {
                state[y + x] = scratch[x] ^ (~scratch[(x + 1) % 5] & scratch[(x + 2) % 5])
                x += 1
            }
            y += 5
        }
        state[0] ^= constant
    }
}
