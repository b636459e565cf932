//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && Redis && SQLite
import HTTPTypes
import LogAudit
import Sessions
import SessionsPostgres
import SessionsRedis
import SessionsSQLite
import SessionsTesting
import TestSupport
import Testing

/// Two servers count in one session while replies of their stores are lost. Whatever is acknowledged has counted once;
/// what is not acknowledged has counted once or not at all.
@Suite("Replies that are lost now and then")
struct LostRepliesTests {
    @Test("nothing that was acknowledged counts twice, or not at all, on SQLite")
    func sqlite() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let stores = try (0..<2).map { _ in FaultySessionStore(try SQLiteSessionStore(path: path)) }
            try await Self.count(on: stores) {
                for store in stores { store.injectFault(.losingReplies(oneOf: 97), [.replace, .load]) }
            }
        }
    }

    @Test(
        "nothing that was acknowledged counts twice, or not at all, on Redis",
        .enabled(if: SharedServer.areStarted, SharedServer.advice), .timeLimit(.minutes(10)))
    func redis() async throws {
        try await OwnServer.with(.redis) { server in
            try await Self.withProxies(to: server.port) { proxies in
                let clients = try proxies.map { proxy in
                    var configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(proxy.port)")
                    configuration.commandDeadline = .milliseconds(1500)
                    return try RedisClient(configuration, logger: LogAudit.logger())
                }
                try await Self.count(on: try clients.map { try RedisSessionStore($0) }) {
                    for proxy in proxies { proxy.make(.losing(oneOf: 97)) }
                }
                for client in clients { await client.shutdown() }
            }
        }
    }

    @Test(
        "nothing that was acknowledged counts twice, or not at all, on PostgreSQL",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .timeLimit(.minutes(10)))
    func postgres() async throws {
        try await OwnPostgres.with { server in
            try await Self.withProxies(to: server.port) { proxies in
                let stores = try proxies.map {
                    try PostgresSessionStore(server.string(port: $0.port), logger: LogAudit.logger())
                }
                try await Self.count(on: stores) {
                    for proxy in proxies { proxy.make(.losing(oneOf: 97)) }
                }
                for store in stores { await store.shutdown() }
            }
        }
    }

    private static func withProxies(
        to port: Int,
        _ body: ([TroublesomeProxy]) async throws -> Void
    ) async throws {
        try await TroublesomeProxy.with(to: port) { one in
            try await TroublesomeProxy.with(to: port) { other in try await body([one, other]) }
        }
    }

    private enum Answer: Sendable {
        case acknowledged, unanswered
        case wrong(String)
    }

    private static func count(on stores: [any SessionStore], _ loseReplies: () -> Void) async throws {
        var configuration = SessionConfiguration()
        // What fails now and then is not left alone.
        configuration.circuitBreaker = .none
        let engines = try stores.map { try SessionEngine(.stored(in: $0), configuration: configuration) }
        let cookies = try await engines[0].increment(.lossyCount, cookies: [:])
        loseReplies()
        var (acknowledged, unanswered) = (0, 0)
        await withTaskGroup(of: [Answer].self) { group in
            for client in 0..<8 {
                let engine = engines[client % engines.count]
                group.addTask { await Self.client(engine, cookies) }
            }
            for await answers in group {
                for answer in answers {
                    switch answer {
                    case .acknowledged: acknowledged += 1
                    case .unanswered: unanswered += 1
                    case .wrong(let error): Issue.record("\(error)")
                    }
                }
            }
        }
        #expect(unanswered > 0, "no reply was lost")
        var count: Int?
        // The reply to this may be lost as well.
        for _ in 0..<20 where count == nil {
            let session = try? await engines[0].open(Self.request(cookies), logger: LogAudit.logger())
            count = session?[.lossyCount]
        }
        let counted = try #require(count)
        #expect((acknowledged + 1...acknowledged + unanswered + 1).contains(counted))
    }

    private static func client(_ engine: SessionEngine, _ cookies: HTTPFields) async -> [Answer] {
        var answers: [Answer] = []
        for _ in 0..<100 {
            do {
                try await engine.increment(.lossyCount, cookies: cookies)
                answers.append(.acknowledged)
            } catch let error as SessionError where [.storeUnavailable, .contention].contains(error.code) {
                answers.append(.unanswered)
            } catch {
                answers.append(.wrong("\(error)"))
            }
        }
        return answers
    }

    private static func request(_ cookies: HTTPFields) -> SessionRequest {
        SessionRequest(headerFields: cookies, isSecure: true)
    }
}

extension SessionKey<Int> {
    fileprivate static var lossyCount: Self { .counter("count") }
}
#endif
