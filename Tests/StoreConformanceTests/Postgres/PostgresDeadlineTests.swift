//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && Redis && SQLite
import Foundation
import LogAudit
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsPostgres

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The engine leaves deadlines to this store, so that every call must end by itself, whatever it waits for.
@Suite(
    "Deadlines of calls to PostgreSQL", .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized,
    .timeLimit(.minutes(10)))
struct PostgresDeadlineTests {
    private let samples = SampleRecords()

    /// Waits so long for everything that only the deadline of the engine can end a call.
    private func patientStore(_ string: String) throws -> PostgresSessionStore {
        var configuration = PostgresStoreConfiguration()
        configuration.maximumConnectionCount = 2
        configuration.connectDeadline = .minutes(10)
        configuration.callDeadline = .minutes(10)
        configuration.statementTimeout = .minutes(10)
        return try PostgresSessionStore(string, configuration: configuration, logger: LogAudit.logger())
    }

    /// Expects that calls of all kinds end by the deadline of an engine.
    private func expectDeadline(_ store: PostgresSessionStore, calls: Int = 20) async {
        #expect(!store.needsDeadline)
        let begin = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<calls {
                let record = self.samples.record()
                group.addTask {
                    let error = await #expect(throws: SessionStoreError.self) {
                        try await SessionStoreDeadline.with(.now + .milliseconds(300)) {
                            if index.isMultiple(of: 2) {
                                _ = try await store.load(record.id, now: self.samples.now)
                            } else {
                                try await store.create(record, now: self.samples.now)
                            }
                        }
                    }
                    #expect(error?.code == .deadlineExceeded)
                }
            }
        }
        #expect(ContinuousClock.now - begin < .minutes(1), "ten minutes, if the store did not know the deadline")
    }

    @Test("calls end while the server is frozen: those that it has, and those that wait for a connection")
    func frozenServer() async throws {
        try await OwnPostgres.with { server in
            let store = try self.patientStore(server.string())
            let record = self.samples.record()
            try await store.create(record, now: self.samples.now)
            server.freeze()
            await self.expectDeadline(store)
            server.thaw()
            #expect(try await store.load(record.id, now: self.samples.now) == .found(record))
            await store.shutdown()
        }
    }

    @Test("calls end while a server takes connections and says nothing")
    func silentServer() async throws {
        try await OwnPostgres.with { server in
            let store = try self.patientStore(server.string())
            server.freeze()
            await self.expectDeadline(store)
            server.thaw()
            await store.shutdown()
        }
    }

    @Test("calls end while libpq blocks the thread that connects, as it does while it looks up an address")
    func blockedConnector() async throws {
        try await TemporaryFolder.with { folder in
            // Opening it for reading blocks until it is opened for writing.
            let path = folder.path("authority.pem")
            try #require(mkfifo(path, 0o600) == 0)
            let store = try self.patientStore(
                try SharedPostgres.variable("_TLS") + "&sslmode=verify-ca&sslrootcert=\(path)")
            await self.expectDeadline(store, calls: 2)
            let file = open(path, O_WRONLY | O_NONBLOCK)
            #expect(file >= 0, "no thread waits for the file")
            close(file)
            async let end: Void = store.shutdown()
            while try store.pool.load != (0, 0) {
                // libpq may try again.
                let file = open(path, O_WRONLY | O_NONBLOCK)
                if file >= 0 { close(file) }
                await Task.yield()
            }
            await end
        }
    }
}
#endif
