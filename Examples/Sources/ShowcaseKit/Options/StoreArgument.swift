//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
package import SessionsOperations

/// Where sessions are kept.
package enum StoreArgument: Equatable {
    case memory
    case sqlite(StoreLocation)
    case redis(StoreLocation)
    case postgres(StoreLocation)
    case sealed
    case tokenOnly

    package static func parse(_ text: String) throws -> StoreArgument {
        switch text {
        case "memory": return .memory
        case "sealed": return .sealed
        case "token-only": return .tokenOnly
        default:
            guard let location = StoreLocation(text) else {
                throw ValidationError(
                    """
                    Give memory, sqlite:PATH, the URL of a Redis or PostgreSQL, sealed or token-only, as in \
                    sqlite:sessions.sqlite.
                    """
                )
            }
            return location.isRedis ? .redis(location) : location.isPostgres ? .postgres(location) : .sqlite(location)
        }
    }

    /// Where the store is. Nil if there is none.
    package var location: StoreLocation? {
        switch self {
        case .memory: .memory
        case .sqlite(let location), .redis(let location), .postgres(let location): location
        case .sealed, .tokenOnly: nil
        }
    }

    /// The word of the option, without the path or the URL, which may contain a password.
    package var name: String {
        switch self {
        case .memory: "memory"
        case .sqlite: "sqlite"
        case .redis: "redis"
        case .postgres: "postgres"
        case .sealed: "sealed"
        case .tokenOnly: "token-only"
        }
    }

    /// Whether it is Redis.
    package var isRedis: Bool {
        if case .redis = self { true } else { false }
    }

    /// Whether it is Redis with TLS.
    package var isSecureRedis: Bool {
        self.location?.isSecureRedis ?? false
    }

    /// Whether it is PostgreSQL.
    package var isPostgres: Bool {
        if case .postgres = self { true } else { false }
    }

    /// Whether there is a store, and the visitor has only a token.
    package var isStored: Bool { self != .sealed && self != .tokenOnly }
}
