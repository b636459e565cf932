//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Logging
package import ServiceLifecycle
package import Sessions
import SessionsOperations

/// A session store and its services.
package struct OpenedStore {
    package let store: any SubjectSessionStore & EnumerableSessionStore
    package let services: [any Service]

    package init(_ argument: StoreArgument, _ settings: BackendSettings, logger: Logger) throws {
        try self.init(
            argument, redisAuthority: settings.redisAuthority, redisReplicas: settings.redisReplicas,
            nearCache: settings.nearCache, isPostgresPooled: settings.isPostgresPooled, logger: logger)
    }

    /// - Parameters:
    ///   - redisAuthority: The certificate file of the authority that signed Redis's certificate. Nil for the
    ///     authorities that the system trusts.
    ///   - redisReplicas: How many Redis replicas must have a logout before it is acknowledged.
    ///   - nearCache: The lease of Redis's near cache. Nil for none.
    ///   - isPostgresPooled: Whether a pooler is in front of PostgreSQL.
    package init(
        _ argument: StoreArgument,
        redisAuthority: String?,
        redisReplicas: Int = 0,
        nearCache: Duration? = nil,
        isPostgresPooled: Bool = false,
        logger: Logger
    ) throws {
        guard let location = argument.location else { throw ShowcaseFailure("\(argument.name) is no store.") }
        var options = SessionStoreOptions()
        options.redisPrefix = "showcase:"
        options.redisAuthority = redisAuthority
        options.redisReplicas = redisReplicas
        options.redisNearCacheLease = nearCache
        options.postgresSchema = "showcase"
        options.isPostgresPooled = isPostgresPooled
        do {
            let opened = try OpenedSessionStore(creating: location, options, logger: logger)
            self.store = opened.store
            self.services = opened.services
        } catch {
            throw ShowcaseFailure(error.description)
        }
    }
}
