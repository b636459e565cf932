//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
/// The options of an opened store. Servers and operators give the same, or they see different sessions.
public struct SessionStoreOptions: Sendable {
    /// The beginning of all keys in Redis. The default is `sessions:`.
    public var redisPrefix = "sessions:"
    /// The PEM file of the authority that signed Redis's certificate. The default is nil: the authorities that the
    /// system trusts.
    public var redisAuthority: String?
    /// How many Redis replicas must have a logout before it is acknowledged. The default is 0.
    public var redisReplicas = 0
    /// The lease of a near cache of Redis, from 10 milliseconds to 1 second. The default is nil: every read asks Redis.
    /// All servers of a store have the same.
    public var redisNearCacheLease: Duration?
    /// The schema of the tables in PostgreSQL. The default is `sessions`.
    public var postgresSchema = "sessions"
    /// The beginning of the names of the tables in PostgreSQL. The default is empty.
    public var postgresTablePrefix = ""
    /// Whether a pooler such as PgBouncer, in its transaction mode, is in front of PostgreSQL. The default is false.
    public var isPostgresPooled = false
    /// Whether endings are published in PostgreSQL (`PostgresStoreConfiguration.reportsEndings`). The default is false.
    public var postgresReportsEndings = false
    /// Whether a missing file or missing tables are made. The default is true. Tables in the form of an earlier release
    /// are migrated only if it is true.
    public var createsMissing = true

    /// Creates options with the defaults.
    public init() {}
}
#endif
