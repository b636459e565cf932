//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import LogAudit
import Sessions
import SessionsPostgres
import SessionsTesting
import TestSupport
import Testing

/// What the clients of stores make of replies that are lost, and whether the rules about it find mistakes.
@Suite("Clients of stores", .timeLimit(.minutes(10)))
struct StoreClientTests {
    @Test("a client without a mistake keeps the rule", arguments: StoreClientConformance.rules)
    func flawless(_ rule: StoreClientRule) async throws {
        try await rule.check(LossyClient.underTest(nil))
    }

    @Test("the mistake of a client is found, by its own rule and by no other", arguments: ClientDefect.allCases)
    func findsDefect(_ defect: ClientDefect) async throws {
        let report = await StoreClientConformance.rules.report(on: "a client with the mistake \(defect)") {
            LossyClient.underTest(defect)
        }
        #expect(report.broken.map(\.rule) == [defect.rule], "\(report)")
    }

    @Test("every rule of clients has a mistake to find")
    func complete() {
        #expect(Set(ClientDefect.allCases.map(\.rule)) == Set(StoreClientConformance.rules.map(\.name)))
    }

    #if Postgres && Redis
    @Test(
        "the client of PostgresSessionStore keeps the rule",
        .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice), .serialized,
        arguments: StoreClientConformance.rules)
    func postgres(_ rule: StoreClientRule) async throws {
        try await PostgresFaultScenario.with({
            $0.maximumConnectionCount = 1
            $0.callDeadline = .minutes(2)
            $0.statementTimeout = .minutes(2)
            $0.connectDeadline = .minutes(1)
        }) { scenario in
            let observer = try PostgresSessionStore(scenario.server.string(), logger: LogAudit.logger())
            let client = StoreClientUnderTest(
                scenario.store, observer: observer,
                holdReplies: { scenario.proxy.make(.slow(.hours(1))) },
                loseReplies: {
                    scenario.proxy.make(.none)
                    scenario.proxy.cutAll()
                }
            )
            try await rule.check(client)
            await observer.shutdown()
        }
    }
    #endif
}
#endif
