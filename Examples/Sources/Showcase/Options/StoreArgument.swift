//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser

/// Where sessions are kept.
enum StoreArgument: Equatable {
    case memory
    case sqlite(path: String)
    case redis(url: String)
    case postgres(url: String)
    case sealed
    case tokenOnly

    static func parse(_ text: String) throws -> StoreArgument {
        switch text {
        case "memory": return .memory
        case "sealed": return .sealed
        case "token-only": return .tokenOnly
        default:
            if RedisServerArgument.isURL(text) { return .redis(url: text) }
            if PostgresArgument.isURL(text) { return .postgres(url: text) }
            guard let path = SQLiteArgument.path(text) else {
                throw ValidationError(
                    """
                    Give memory, sqlite:PATH, the URL of a Redis or PostgreSQL, sealed or token-only, as in \
                    sqlite:sessions.sqlite.
                    """
                )
            }
            return .sqlite(path: path)
        }
    }

    /// The word of the option, without the path or the URL, which may contain a password.
    var name: String {
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
    var isRedis: Bool {
        if case .redis = self { true } else { false }
    }

    /// Whether it is Redis with TLS.
    var isSecureRedis: Bool {
        if case .redis(let url) = self { RedisServerArgument.isSecureURL(url) } else { false }
    }

    /// Whether it is PostgreSQL.
    var isPostgres: Bool {
        if case .postgres = self { true } else { false }
    }

    /// Whether there is a store, and the visitor has only a token.
    var isStored: Bool { self != .sealed && self != .tokenOnly }
}
