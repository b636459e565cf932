//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import ServiceLifecycle
import Sessions

/// A session store and its services.
struct OpenedStore {
    let store: any SubjectSessionStore & EnumerableSessionStore
    let services: [any Service]

    init(_ argument: StoreArgument, _ settings: BackendSettings, logger: Logger) throws {
        try self.init(
            argument, redisAuthority: settings.redisAuthority, redisReplicas: settings.redisReplicas,
            isPostgresPooled: settings.isPostgresPooled, logger: logger)
    }

    /// - Parameters:
    ///   - redisAuthority: The certificate file of the authority that signed Redis's certificate. Nil for the
    ///     authorities that the system trusts.
    ///   - redisReplicas: How many Redis replicas must have a logout before it is acknowledged.
    ///   - isPostgresPooled: Whether a pooler is in front of PostgreSQL.
    init(
        _ argument: StoreArgument,
        redisAuthority: String?,
        redisReplicas: Int = 0,
        isPostgresPooled: Bool = false,
        logger: Logger
    ) throws {
        switch argument {
        case .memory:
            self.init(swept: MemorySessionStore(), logger: logger)
        case .sqlite(let path):
            self.init(swept: try SQLiteArgument.open(path), logger: logger)
        case .redis(let url):
            let opened = try RedisServerArgument.open(
                url, authority: redisAuthority, replicas: redisReplicas, logger: logger)
            self.init(store: opened.store, services: opened.services)
        case .postgres(let url):
            let opened = try PostgresArgument.open(url, isPooled: isPostgresPooled, logger: logger)
            self.init(swept: opened.store, beside: [opened.service], logger: logger)
        case .sealed, .tokenOnly:
            throw ShowcaseFailure("\(argument.name) is no store.")
        }
    }

    private init(
        swept store: some SubjectSessionStore & EnumerableSessionStore & SweepableSessionStore,
        beside services: [any Service] = [],
        logger: Logger
    ) {
        self.init(store: store, services: services + [SessionSweeper(store, logger: logger)])
    }

    private init(store: any SubjectSessionStore & EnumerableSessionStore, services: [any Service]) {
        self.store = store
        self.services = services
    }
}
