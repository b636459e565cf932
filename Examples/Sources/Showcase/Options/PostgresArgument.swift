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
import SessionsPostgres

/// A PostgreSQL server: `postgres://…`, with all parameters of libpq.
enum PostgresArgument {
    static func isURL(_ text: String) -> Bool {
        ["postgres://", "postgresql://"].contains { text.hasPrefix($0) }
    }

    /// Creates a store with its services. The server need not be running yet.
    static func open(
        _ url: String,
        isPooled: Bool,
        logger: Logger
    ) throws -> (store: PostgresSessionStore, service: any Service) {
        do {
            var configuration = PostgresStoreConfiguration()
            configuration.schema = "showcase"
            configuration.isBehindTransactionPooler = isPooled
            let store = try PostgresSessionStore(url, configuration: configuration, logger: logger)
            return (store, Preparation(store: store, logger: logger))
        } catch let error as SessionStoreError {
            throw ShowcaseFailure(error)
        }
    }

    /// Creates the tables when the application starts, and closes the connections when it ends.
    private struct Preparation: Service {
        let store: PostgresSessionStore
        let logger: Logger

        func run() async throws {
            do {
                try await self.store.prepare()
            } catch let error as SessionStoreError where error.code == .unusable {
                throw ShowcaseFailure(error)
            } catch {
                self.logger.warning("PostgreSQL cannot be reached yet", metadata: ["error": "\(error)"])
            }
            // It throws when the task is cancelled, which also means a shutdown.
            try? await gracefulShutdown()
            await self.store.shutdown()
        }
    }
}
