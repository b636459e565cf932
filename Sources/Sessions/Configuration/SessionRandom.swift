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

/// The source of ids, secrets and version tags.
public struct SessionRandom: Sendable {
    private let fill: @Sendable (UnsafeMutableBufferPointer<UInt64>) -> Void

    /// Creates a source of random words.
    ///
    /// - Warning: Anything but a cryptographically secure generator lets attackers guess tokens. Use other sources only
    ///   in tests.
    public init(_ generate: @escaping @Sendable () -> UInt64) {
        self.fill = { words in
            for index in words.indices { words[index] = generate() }
        }
    }

    private init(filling fill: @escaping @Sendable (UnsafeMutableBufferPointer<UInt64>) -> Void) {
        self.fill = fill
    }

    /// The cryptographically secure generator of the operating system. This is the default.
    public static let system = SessionRandom(filling: { words in
        // One system call fills all words, because the call dominates the cost. It returns up to 256 bytes at once.
        if words.count <= 32, getentropy(words.baseAddress, words.count * 8) == 0 { return }
        var generator = SystemRandomNumberGenerator()
        for index in words.indices { words[index] = generator.next() }
    })

    /// The next 64 random bits.
    public func next() -> UInt64 {
        self.words(count: 1) { $0[0] }
    }

    /// Calls the body with the next random words, which are valid during the call.
    func words<Result>(
        count: Int,
        _ body: (UnsafeMutableBufferPointer<UInt64>) throws -> Result
    ) rethrows -> Result {
        try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { words in
            words.initialize(repeating: 0)
            self.fill(words)
            return try body(words)
        }
    }

    package func bytes(count: Int) -> [UInt8] {
        self.withBytes(count: count) { Array($0) }
    }

    /// Calls the body with the next random bytes, which are valid during the call.
    func withBytes<Result>(count: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try self.words(count: (count + 7) / 8) { words in
            for index in words.indices { words[index] = words[index].bigEndian }
            return try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(words)[..<count]))
        }
    }
}
