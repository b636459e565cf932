//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions
import Synchronization

/// A random source that returns the same words in every run. Use it only in tests.
public final class DeterministicRandom: RandomNumberGenerator, Sendable {
    private let state: Mutex<UInt64>

    /// Creates a source. Equal seeds give equal words.
    public init(seed: UInt64 = 1) {
        self.state = Mutex(seed)
    }

    /// The source in the form that an engine takes.
    public var sessionRandom: SessionRandom {
        SessionRandom { self.next() }
    }

    /// The next word (SplitMix64).
    public func next() -> UInt64 {
        self.state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            return word ^ word >> 31
        }
    }

    /// A source that repeats these words, for what must hold even when the random source fails.
    public static func repeating(_ words: UInt64...) -> SessionRandom {
        let position = Position()
        return SessionRandom { words.isEmpty ? 0 : words[position.next() % words.count] }
    }

    private final class Position: Sendable {
        private let value = Mutex(0)

        func next() -> Int {
            self.value.withLock { value in
                defer { value += 1 }
                return value
            }
        }
    }
}
