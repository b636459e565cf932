//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation
public import Logging
public import ServiceLifecycle
public import Sessions
import SessionsPostgres
import SessionsRedis
import SessionsSQLite

/// A store that was opened by its location, with the services that a server runs beside it.
public struct OpenedSessionStore: Sendable {
    /// The store.
    public let store: any SubjectSessionStore & EnumerableSessionStore
    /// What a server runs: it sweeps expired sessions, makes the tables, warns of evictions, and closes connections at
    /// the end.
    public let services: [any Service]
    /// Closes the connections, for a program that does not run the services.
    public let close: @Sendable () async -> Void

    /// Opens a store. A server need not be running yet, unless ``SessionStoreOptions/createsMissing`` is false.
    ///
    /// - Parameters:
    ///   - location: Where it is.
    ///   - options: The options.
    ///   - logger: Logs failures of the store, and sweeps.
    /// - Throws: ``OperationError``.
    public init(_ location: StoreLocation, _ options: SessionStoreOptions, logger: Logger) async throws(OperationError)
    {
        if !options.createsMissing { try await Self.checkPresence(location, options) }
        try self.init(creating: location, options, logger: logger)
    }

    /// Opens a store, and creates what is missing.
    ///
    /// - Throws: ``OperationError``.
    public init(creating location: StoreLocation, _ options: SessionStoreOptions, logger: Logger) throws(OperationError)
    {
        do {
            switch location.kind {
            case .memory:
                self.init(swept: MemorySessionStore(), logger: logger)
            case .sqlite(let path):
                var configuration = SQLiteStoreConfiguration()
                if !options.createsMissing {
                    // A visitor that comes and goes checks nothing that takes a second a gigabyte, and leaves no file.
                    configuration.checksIntegrity = false
                    configuration.reservedDiskSpace = 0
                }
                let store = try SQLiteSessionStore(path: path, configuration: configuration, logger: logger)
                self.init(swept: store, logger: logger)
            case .redis(let url):
                let opened = try RedisServers.connect(url, authority: options.redisAuthority, logger: logger)
                var configuration = RedisStoreConfiguration()
                configuration.prefix = options.redisPrefix
                if options.redisReplicas > 0 { configuration.logoutReplication = .replicas(options.redisReplicas) }
                self.init(
                    store: try RedisSessionStore(
                        opened.client, configuration: configuration,
                        nearCache: options.redisNearCacheLease.map { .leased($0, maximumCount: 100_000) } ?? .off),
                    services: [opened.client, RedisEvictionCheck(opened.client, logger: logger)],
                    close: opened.close)
            case .postgres(let url):
                let store = try PostgresSessionStore(url, configuration: options.postgres, logger: logger)
                self.init(swept: store, beside: [PostgresPreparation(store: store, logger: logger)], logger: logger) {
                    await store.shutdown()
                }
            }
        } catch {
            throw OperationError(error)
        }
    }

    private init(
        swept store: some SubjectSessionStore & EnumerableSessionStore & SweepableSessionStore,
        beside services: [any Service] = [],
        logger: Logger,
        close: @escaping @Sendable () async -> Void = {}
    ) {
        self.init(store: store, services: services + [SessionSweeper(store, logger: logger)], close: close)
    }

    private init(
        store: any SubjectSessionStore & EnumerableSessionStore,
        services: [any Service],
        close: @escaping @Sendable () async -> Void
    ) {
        self.store = store
        self.services = services
        self.close = close
    }

    /// - Throws: ``OperationError`` when a file or tables are missing, or have the form of another release.
    private static func checkPresence(_ location: StoreLocation, _ options: SessionStoreOptions)
        async throws(OperationError)
    {
        switch location.kind {
        case .memory, .redis:
            return
        case .sqlite(let path):
            guard FileManager.default.fileExists(atPath: path) else {
                throw OperationError(.noInput, "There is no file \(path): give the path that the server has.")
            }
        case .postgres(let url):
            let state: PostgresFacts.Tables
            do {
                state = try await PostgresFacts.tables(PostgresDiagnostics(url, configuration: options.postgres))
            } catch {
                throw OperationError(error)
            }
            guard state.schemaVersion == state.currentSchemaVersion else {
                throw OperationError(
                    .configuration,
                    state.schemaVersion == nil
                        ? """
                        There are no sessions in the schema \(options.postgresSchema): give --postgres-schema and \
                        --postgres-table-prefix as the server has them.
                        """
                        : """
                        The tables in the schema \(options.postgresSchema) have another version than this release \
                        makes, \(state.currentSchemaVersion): use the release that the servers have.
                        """
                )
            }
        }
    }
}

extension SessionStoreOptions {
    var postgres: PostgresStoreConfiguration {
        var configuration = PostgresStoreConfiguration()
        configuration.schema = self.postgresSchema
        configuration.tablePrefix = self.postgresTablePrefix
        configuration.isBehindTransactionPooler = self.isPostgresPooled
        configuration.reportsEndings = self.postgresReportsEndings
        if !self.createsMissing {
            // An operator waits longer than a visitor: counting a large table takes a while.
            configuration.statementTimeout = .seconds(30)
            configuration.callDeadline = .seconds(35)
        }
        return configuration
    }
}

/// Creates the tables when the application starts, and closes the connections when it ends.
private struct PostgresPreparation: Service {
    let store: PostgresSessionStore
    let logger: Logger

    func run() async throws {
        do {
            try await self.store.prepare()
        } catch let error as SessionStoreError where error.code == .unusable {
            throw OperationError(error)
        } catch {
            self.logger.warning("PostgreSQL cannot be reached yet", metadata: ["error": "\(error)"])
        }
        // It throws when the task is cancelled, which also means a shutdown.
        try? await gracefulShutdown()
        await self.store.shutdown()
    }
}
#endif
