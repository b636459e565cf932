//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
package import SessionsOperations

/// Where revocations of sealed sessions are stored.
package enum RevocationArgument: Equatable {
    case memory
    case sqlite(StoreLocation)
    case redis(StoreLocation)
    case postgres(StoreLocation)
    case nowhere

    package static func parse(_ text: String) throws -> RevocationArgument {
        switch text {
        case "memory": return .memory
        case "none": return .nowhere
        default:
            guard let location = StoreLocation(text) else {
                throw ValidationError(
                    "Give memory, sqlite:PATH, the URL of a Redis or PostgreSQL, or none, as in sqlite:endings.sqlite."
                )
            }
            return location.isRedis ? .redis(location) : location.isPostgres ? .postgres(location) : .sqlite(location)
        }
    }

    /// Whether several servers can share it.
    package var isShared: Bool { self != .memory && self != .nowhere }

    /// Whether it is in Redis.
    package var isRedis: Bool {
        if case .redis = self { true } else { false }
    }

    /// Whether it is in Redis with TLS.
    package var isSecureRedis: Bool {
        if case .redis(let location) = self { location.isSecureRedis } else { false }
    }

    /// Whether it is in PostgreSQL.
    package var isPostgres: Bool {
        if case .postgres = self { true } else { false }
    }

    /// The word of the option, without the path or the URL, which may contain a password.
    package var name: String {
        switch self {
        case .memory: "memory"
        case .sqlite: "sqlite"
        case .redis: "redis"
        case .postgres: "postgres"
        case .nowhere: "none"
        }
    }
}
