//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import Sessions
import Synchronization

/// An executor of the application. It makes the tables before the first command, and again after they were dropped.
final class PostgresExecutorClient: PostgresStoreClient {
    private let executor: any PostgresExecutor
    private let schema: PostgresSchema
    private let logger: Logger
    private let areTablesReady = Atomic(false)
    private let isShutDown = Atomic(false)

    init(_ executor: any PostgresExecutor, _ schema: PostgresSchema, logger: Logger) {
        self.executor = executor
        self.schema = schema
        self.logger = logger
    }

    var enforcesDeadline: Bool { self.executor.enforcesDeadline }

    func execute(_ command: PostgresCommand) async throws -> PostgresReply {
        if !self.areTablesReady.load(ordering: .relaxed) { try await self.prepareTables() }
        guard !self.isShutDown.load(ordering: .relaxed) else { throw SessionStoreError.shutDown }
        do {
            return try await self.executor.execute(command)
        } catch let error as PostgresError where error.isMissingTable {
            // The statement was not performed.
            try await self.prepareTables()
            return try await self.executor.execute(command)
        }
    }

    func prepareTables() async throws {
        guard !self.isShutDown.load(ordering: .relaxed) else { throw SessionStoreError.shutDown }
        // Several calls may do this at once. The migration takes a lock.
        let question = PostgresCommand(self.schema.stateStatement, [], .readOnly)
        var state = try self.schema.state(try await self.result(of: question))
        if !state.isCurrent {
            let migration = PostgresCommand(self.schema.migrationStatement, [], .idempotent)
            _ = try self.schema.checked(try await self.result(of: migration))
            state = try self.schema.migratedState(try await self.result(of: question))
        }
        let wasReady = self.areTablesReady.exchange(true, ordering: .relaxed)
        if !state.hasIndex, !wasReady { self.schema.logMissingIndex(nil, self.logger) }
    }

    private func result(of command: PostgresCommand) async throws -> Result<PostgresReply, PostgresError> {
        do {
            return .success(try await self.executor.execute(command))
        } catch let error as PostgresError {
            return .failure(error)
        }
    }

    func shutDown() async {
        self.beginShutdown()
    }

    /// The connections belong to the application.
    func beginShutdown() {
        self.isShutDown.store(true, ordering: .relaxed)
    }
}

extension PostgresExecutorClient: CustomReflectable {
    /// The client may have a password.
    var customMirror: Mirror { Mirror(self, children: []) }
}
