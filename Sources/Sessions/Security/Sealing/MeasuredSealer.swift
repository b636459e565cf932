//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The sealer of sessions in cookies, for the benchmarks, which are a separate package and cannot see internal types.
@_spi(Benchmarks) public struct MeasuredSealer: Sendable {
    private static let name = SessionCookie.standard.name

    private let sealer: Sealer

    /// Creates a sealer like that of an engine with the default cookie.
    public init(_ keyring: SecretKeyring) throws {
        self.sealer = try Sealer(
            keyring, purpose: .sealing, context: KeyAudience(backend: .sealed, application: "").context,
            defaultName: Self.name, random: .system)
    }

    /// Seals bytes.
    public func seal(_ bytes: [UInt8]) throws -> [UInt8] {
        try self.sealer.seal(bytes, for: Self.name)
    }

    /// Opens sealed bytes, or returns nil.
    public func open(_ sealed: [UInt8]) -> [UInt8]? {
        self.sealer.open(sealed, for: Self.name)?.bytes
    }
}
