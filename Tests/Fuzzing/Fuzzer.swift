//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import SessionsTesting

/// Makes hostile inputs out of good ones: deterministic for a seed, so that what it finds can be found again.
///
/// In an ordinary run it makes a fixed number. With `FUZZ_SECONDS` it goes on for that long, from the seed that
/// `FUZZ_SEED` gives, and says how many it made.
public struct Fuzzer {
    private let random: DeterministicRandom
    private let corpus: [[UInt8]]
    /// Bytes that parsers look for.
    private let interesting: [UInt8]

    /// The seed of all that is made.
    public static let seed = ProcessInfo.processInfo.environment["FUZZ_SEED"].flatMap(UInt64.init) ?? 1
    private static let seconds = ProcessInfo.processInfo.environment["FUZZ_SECONDS"].flatMap(Double.init)
    private static let ordinaryCount = 20_000

    /// - Parameters:
    ///   - corpus: Good inputs to start from.
    ///   - interesting: Bytes that the parser looks for.
    public init(corpus: [[UInt8]], interesting: String) {
        self.random = DeterministicRandom(seed: Self.seed)
        self.corpus = corpus
        self.interesting = Array(interesting.utf8) + [0, 1, 0x7F, 0x80, 0xC2, 0xFF]
    }

    /// Gives the body one input after another.
    public func run(_ name: String, _ body: ([UInt8]) throws -> Void) rethrows {
        var count = 0
        guard let seconds = Self.seconds else {
            for _ in 0..<Self.ordinaryCount { try body(self.input()) }
            return
        }
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end {
            for _ in 0..<1000 { try body(self.input()) }
            count += 1000
        }
        print("Fuzzed \(name): \(count) inputs in \(Int(seconds)) s from seed \(Self.seed), no trap.")
    }

    private func below(_ bound: Int) -> Int {
        Int(self.random.next() % UInt64(max(1, bound)))
    }

    private func byte() -> UInt8 {
        self.below(2) == 0 ? self.interesting[self.below(self.interesting.count)] : UInt8(self.below(256))
    }

    private func input() -> [UInt8] {
        var bytes = self.corpus[self.below(self.corpus.count)]
        for _ in 0...self.below(6) { self.mutate(&bytes) }
        return bytes
    }

    private func mutate(_ bytes: inout [UInt8]) {
        let position = self.below(bytes.count + 1)
        let length = self.below(min(40, bytes.count - position) + 1)
        switch self.below(8) {
        case 0: bytes.insert(self.byte(), at: position)
        case 1: bytes.insert(contentsOf: (0..<self.below(20)).map { _ in self.byte() }, at: position)
        case 2: bytes.removeSubrange(position..<position + length)
        case 3: bytes.insert(contentsOf: bytes[position..<position + length], at: self.below(bytes.count + 1))
        case 4: bytes = Array(bytes.prefix(position))
        case 5: bytes += self.corpus[self.below(self.corpus.count)]
        default:
            guard position < bytes.count else { return }
            if self.below(2) == 0 {
                bytes[position] ^= 1 << UInt8(self.below(8))
            } else {
                bytes[position] = self.byte()
            }
        }
    }
}
