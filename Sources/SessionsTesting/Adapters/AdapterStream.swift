//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A body that a framework streams: it asks for a part when it has sent the one before.
///
/// When nobody is there to send to, it asks no more. When the stream throws, the response must not look whole.
public struct AdapterStream: AsyncSequence, Sendable {
    typealias Part = @Sendable () async throws -> String

    let parts: [Part]

    /// Begins with the first part.
    public func makeAsyncIterator() -> Iterator {
        Iterator(parts: self.parts[...])
    }

    /// Makes one part after the other.
    public struct Iterator: AsyncIteratorProtocol {
        var parts: ArraySlice<Part>

        /// The next part; nil at the end.
        public mutating func next() async throws -> String? {
            try await self.parts.popFirst()?()
        }
    }
}
