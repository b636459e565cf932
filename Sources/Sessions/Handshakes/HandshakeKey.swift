//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A typed name of a kind of handshake: of something that begins with one request and finishes with another, such as
/// a login with another provider.
///
/// ```swift
/// extension HandshakeKey<SignIn> {
///     static var oauth: Self { .init("oauth") }
/// }
///
/// let state = try await session.begin(.oauth, SignIn(verifier: verifier), for: .seconds(600))
/// let signIn = try await session.finish(.oauth, state)
/// ```
///
/// A state that one kind began does not finish another.
public struct HandshakeKey<Flow: Codable & Sendable>: Sendable {
    /// The name of the kind, compared byte by byte.
    public let name: String

    /// Creates a key.
    public init(_ name: String) {
        self.name = name
    }
}
