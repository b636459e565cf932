//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Where ids, secrets and version tags come from.
public struct SessionRandom: Sendable {
    private let generate: @Sendable () -> UInt64

    /// Creates a source of random words.
    ///
    /// - Warning: Anything but a cryptographically secure generator lets attackers guess tokens. Other sources are for
    ///   tests.
    public init(_ generate: @escaping @Sendable () -> UInt64) {
        self.generate = generate
    }

    /// The cryptographically secure generator of the operating system. This is the default.
    public static let system = SessionRandom {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// The next 64 random bits.
    public func next() -> UInt64 { self.generate() }

    package func bytes(count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 7)
        while bytes.count < count {
            withUnsafeBytes(of: self.next().bigEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
