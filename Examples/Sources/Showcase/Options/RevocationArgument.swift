//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser

/// Where revocations of sealed sessions are stored.
enum RevocationArgument: Equatable {
    case memory
    case sqlite(path: String)
    case redis(url: String)
    case postgres(url: String)
    case nowhere

    static func parse(_ text: String) throws -> RevocationArgument {
        switch text {
        case "memory": return .memory
        case "none": return .nowhere
        default:
            if RedisServerArgument.isURL(text) { return .redis(url: text) }
            if PostgresArgument.isURL(text) { return .postgres(url: text) }
            guard let path = SQLiteArgument.path(text) else {
                throw ValidationError(
                    "Give memory, sqlite:PATH, the URL of a Redis or PostgreSQL, or none, as in sqlite:endings.sqlite."
                )
            }
            return .sqlite(path: path)
        }
    }

    /// Whether several servers can share it.
    var isShared: Bool { self != .memory && self != .nowhere }

    /// Whether it is in Redis.
    var isRedis: Bool {
        if case .redis = self { true } else { false }
    }

    /// Whether it is in Redis with TLS.
    var isSecureRedis: Bool {
        if case .redis(let url) = self { RedisServerArgument.isSecureURL(url) } else { false }
    }

    /// Whether it is in PostgreSQL.
    var isPostgres: Bool {
        if case .postgres = self { true } else { false }
    }

    /// The word of the option, without the path or the URL, which may contain a password.
    var name: String {
        switch self {
        case .memory: "memory"
        case .sqlite: "sqlite"
        case .redis: "redis"
        case .postgres: "postgres"
        case .nowhere: "none"
        }
    }
}
