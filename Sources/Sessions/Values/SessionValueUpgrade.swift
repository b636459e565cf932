//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A step from one form of a value to the next, for ``SessionKey/versioned(_:upgrading:)``.
public struct SessionValueUpgrade: Sendable {
    let apply: @Sendable (SessionValue) throws -> SessionValue

    /// A step between two types.
    ///
    /// - Parameter body: Makes the next form. It may run several times, must not have side effects, and must not use
    ///   the session. If it throws, the value counts as absent, and is kept.
    public static func step<Old: Codable & Sendable, New: Codable & Sendable>(
        _ body: @escaping @Sendable (Old) throws -> New
    ) -> SessionValueUpgrade {
        SessionValueUpgrade { try ValueCoding.encode(try body(try ValueCoding.decode($0))) }
    }

    /// A step between encoded values, for keys with a codec of their own.
    ///
    /// - Parameter body: Makes the next form. It may run several times, must not have side effects, and must not use
    ///   the session. If it throws, the value counts as absent, and is kept.
    public static func encoded(
        _ body: @escaping @Sendable (SessionValue) throws -> SessionValue
    ) -> SessionValueUpgrade {
        SessionValueUpgrade(apply: body)
    }
}
