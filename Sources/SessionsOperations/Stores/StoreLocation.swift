//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
/// Where sessions are kept, as text: a file, or the URL of a server.
///
/// | Text | Store |
/// |---|---|
/// | `memory` | The memory of the process |
/// | `sqlite:PATH` | An SQLite file |
/// | `redis://…`, `rediss://…`, `valkey://…`, `valkeys://…`, `unix://…` | A Redis or Valkey server |
/// | `redis-cluster://host:port,host:port` | A cluster; `rediss-cluster`, `valkey-cluster` and `valkeys-cluster` too |
/// | `redis-sentinel://host:port,host:port/name` | The primary that Sentinel names |
/// | `postgres://…`, `postgresql://…` | PostgreSQL, with all parameters of libpq |
///
/// It may contain a password, and is never printed.
public struct StoreLocation: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case memory
        case sqlite(path: String)
        case redis(url: String)
        case postgres(url: String)
    }

    package let kind: Kind

    package init(_ kind: Kind) { self.kind = kind }

    /// The memory of the process.
    public static let memory = StoreLocation(.memory)

    /// An SQLite file.
    public static func sqlite(path: String) -> StoreLocation { StoreLocation(.sqlite(path: path)) }

    /// Parses a text, or returns nil for one that names no store.
    public init?(_ text: String) {
        let lowercased = text.lowercased()
        let fileScheme = "sqlite:"
        if text == "memory" {
            self.init(.memory)
        } else if RedisServers.isURL(lowercased) {
            self.init(.redis(url: text))
        } else if ["postgres://", "postgresql://"].contains(where: { text.hasPrefix($0) }) {
            self.init(.postgres(url: text))
        } else if text.hasPrefix(fileScheme), text.count > fileScheme.count {
            self.init(.sqlite(path: String(text.dropFirst(fileScheme.count))))
        } else {
            return nil
        }
    }

    /// The kind of the store in one word: `memory`, `sqlite`, `redis` or `postgres`.
    public var name: String {
        switch self.kind {
        case .memory: "memory"
        case .sqlite: "sqlite"
        case .redis: "redis"
        case .postgres: "postgres"
        }
    }

    /// Whether it is Redis or Valkey.
    public var isRedis: Bool {
        if case .redis = self.kind { true } else { false }
    }

    /// Whether it is Redis or Valkey with TLS.
    public var isSecureRedis: Bool {
        if case .redis(let url) = self.kind { RedisServers.isSecureURL(url.lowercased()) } else { false }
    }

    /// Whether it is PostgreSQL.
    public var isPostgres: Bool {
        if case .postgres = self.kind { true } else { false }
    }
}

extension StoreLocation: CustomStringConvertible, CustomReflectable {
    /// The kind of the store, without the path or the URL, which may contain a password.
    public var description: String { self.name }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
