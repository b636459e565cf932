//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A streamed body. The framework requests a part after it has sent the previous one.
///
/// After the client has disconnected, the framework requests no more parts. If the stream throws, the response must not
/// look complete.
public struct AdapterStream: AsyncSequence, Sendable {
    typealias Part = @Sendable () async throws -> String

    let parts: [Part]

    /// Starts with the first part.
    public func makeAsyncIterator() -> Iterator {
        Iterator(parts: self.parts[...])
    }

    /// Generates one part after the other.
    public struct Iterator: AsyncIteratorProtocol {
        var parts: ArraySlice<Part>

        /// The next part. Nil at the end.
        public mutating func next() async throws -> String? {
            try await self.parts.popFirst()?()
        }
    }
}
