//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && Redis && SQLite
import LogAudit
import Sessions
import SessionsPostgres
import SessionsTesting
import TestSupport
import Testing

/// A harness on its own PostgreSQL, with a proxy in between, so that a test can cause every fault.
struct PostgresFaultScenario: Sendable {
    let server: OwnPostgres
    let proxy: TroublesomeProxy
    let store: PostgresSessionStore
    let harness: FailingHarness
    /// A transaction that holds a lock.
    let locker = Mutexed<PostgresDatabase?>(nil)

    static func with<Result>(
        options: [String] = [],
        _ configure: (inout PostgresStoreConfiguration) -> Void = { _ in },
        _ body: (PostgresFaultScenario) async throws -> Result
    ) async throws -> Result {
        try await OwnPostgres.with(options: options) { server in
            try await TroublesomeProxy.with(to: server.port) { proxy in
                let clock = ManualClock()
                var configuration = PostgresStoreConfiguration()
                // Short, because the tests wait for them, and no shorter than a busy machine needs.
                configuration.connectDeadline = .milliseconds(1500)
                configuration.callDeadline = .milliseconds(2500)
                configuration.statementTimeout = .milliseconds(1500)
                configure(&configuration)
                let store = try PostgresSessionStore(
                    server.string(port: proxy.port), configuration: configuration, clock: clock.sessionClock,
                    logger: LogAudit.logger())
                let harness = try FailingHarness(store, clock: clock, deadline: .seconds(5))
                let scenario = PostgresFaultScenario(server: server, proxy: proxy, store: store, harness: harness)
                let result = try await body(scenario)
                await store.shutdown()
                return result
            }
        }
    }

    /// Locks the table, until ``unlock()``.
    func lock(_ mode: String) async throws {
        let database = try PostgresDatabase(self.server.string(as: "postgres"))
        try await database.tell("BEGIN")
        try await database.tell("LOCK TABLE sessions.sessions IN \(mode) MODE")
        self.locker.set(database)
    }

    func unlock() async throws {
        try await self.locker.value?.tell("ROLLBACK")
        self.locker.set(nil)
    }
}

/// Something that happens to a server or to the way there, and its end.
struct PostgresTrouble: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Whether what only reads goes on.
    var leavesReading = false
    let begin: @Sendable (PostgresFaultScenario) async throws -> Void
    let end: @Sendable (PostgresFaultScenario) async throws -> Void

    static let all = ofTheServer + ofTheDatabase + ofTheWay

    private static let ofTheServer = [
        PostgresTrouble(
            testDescription: "it is killed, and started again",
            begin: { $0.server.kill() },
            end: { try await $0.server.start() }
        ),
        PostgresTrouble(
            testDescription: "it is stopped in good order, and started again",
            begin: { $0.server.stop() },
            end: { try await $0.server.start() }
        ),
        PostgresTrouble(
            testDescription: "it is frozen, and thaws",
            begin: { $0.server.freeze() },
            end: { $0.server.thaw() }
        ),
        PostgresTrouble(
            testDescription: "it has no more connections for this role",
            begin: { scenario in
                try await scenario.server.tell("ALTER ROLE sessions CONNECTION LIMIT 0")
                try await scenario.server.closeConnections()
            },
            end: { try await $0.server.tell("ALTER ROLE sessions CONNECTION LIMIT -1") }
        ),
        PostgresTrouble(
            testDescription: "the password is another one",
            begin: { scenario in
                try await scenario.server.tell("ALTER ROLE sessions PASSWORD 'another'")
                try await scenario.server.closeConnections()
            },
            end: { try await $0.server.tell("ALTER ROLE sessions PASSWORD 'sesame'") }
        ),
    ]

    private static let ofTheDatabase = [
        PostgresTrouble(
            testDescription: "someone has locked the table",
            begin: { try await $0.lock("ACCESS EXCLUSIVE") },
            end: { try await $0.unlock() }
        ),
        PostgresTrouble(
            testDescription: "someone has locked the table against writes",
            leavesReading: true,
            begin: { try await $0.lock("SHARE") },
            end: { try await $0.unlock() }
        ),
        PostgresTrouble(
            testDescription: "it takes no writes (default_transaction_read_only)",
            leavesReading: true,
            begin: { scenario in
                try await scenario.server.tell("ALTER ROLE sessions SET default_transaction_read_only = on")
                try await scenario.server.closeConnections()
            },
            end: { scenario in
                try await scenario.server.tell("ALTER ROLE sessions RESET default_transaction_read_only")
                try await scenario.server.closeConnections()
            }
        ),
        PostgresTrouble(
            testDescription: "its disk is full (53100)",
            leavesReading: true,
            begin: { scenario in
                try await scenario.server.tell(
                    """
                    CREATE FUNCTION sessions.refuse() RETURNS trigger LANGUAGE plpgsql AS
                        $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$
                    """,
                    """
                    CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON sessions.sessions
                        FOR EACH ROW EXECUTE FUNCTION sessions.refuse()
                    """
                )
            },
            end: { try await $0.server.tell("DROP FUNCTION sessions.refuse CASCADE") }
        ),
        PostgresTrouble(
            testDescription: "the role has lost its rights",
            begin: { try await $0.server.tell("ALTER TABLE sessions.sessions OWNER TO postgres") },
            end: { try await $0.server.tell("ALTER TABLE sessions.sessions OWNER TO sessions") }
        ),
        PostgresTrouble(
            testDescription: "the table is away",
            begin: { try await $0.server.tell("ALTER TABLE sessions.sessions RENAME TO elsewhere") },
            end: { try await $0.server.tell("ALTER TABLE sessions.elsewhere RENAME TO sessions") }
        ),
        PostgresTrouble(
            testDescription: "the table has other columns",
            begin: { try await $0.server.tell("ALTER TABLE sessions.sessions RENAME COLUMN record TO text") },
            end: { try await $0.server.tell("ALTER TABLE sessions.sessions RENAME COLUMN text TO record") }
        ),
    ]

    private static let ofTheWay = [
        Self.way("every connection is closed", .cut),
        Self.way("connections are half open: nothing comes back", .halfOpen),
        Self.way("answers come later than the deadline", .slow(.seconds(6))),
        Self.way("answers are cut in the middle", .cutInTheMiddle(after: 4)),
        Self.way("bytes come that are no answer", .instead([0xFF, 0, 0x0D, 0x0A, 0x24, 0x2D])),
        Self.way("answers claim to be endless", .instead([0x44, 0x7F, 0xFF, 0xFF, 0xFF, 0, 1])),
    ]

    private static func way(_ description: String, _ trouble: TroublesomeProxy.Trouble) -> PostgresTrouble {
        PostgresTrouble(
            testDescription: description,
            begin: { $0.proxy.make(trouble) },
            end: { $0.proxy.make(.none) }
        )
    }
}
#endif
