//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Foundation
import LogAudit
import Sessions
import SessionsExpress
import SessionsExpressRedis
import SessionsRedis
import SessionsTesting
import TestSupport
import Testing

@Suite("Coming from Express: connect-redis on a server", .enabled(if: RecordServer.areStarted, RecordServer.advice))
struct ConnectRedisServerTests {
    @Test("client: a store for shared sessions and one for ours take any client", arguments: RecordServer.allCases)
    func client(server: RecordServer) async throws {
        let client = try server.administrator
        let express = ExpressConfiguration(
            secrets: try ExpressSecrets("keyboard cat, and many a word"), subject: .property("userId"))
        for backend: SessionBackend in [
            .express(in: RedisExpressStore(client), express), .stored(in: try RedisSessionStore(client)),
        ] {
            let harness = try EngineHarness(backend, clock: ManualClock(now: SessionClock.system.now))
            let browser = harness.browser()
            for count in 1...3 {
                try await harness.visit(browser) { session in
                    session[.views] += 1
                    #expect(session[.views] == count)
                }
            }
            try await harness.visit(browser) { try await $0.destroy() }
        }
    }

    @Test("scanCount: how many keys a step of a walk looks at", arguments: RecordServer.allCases)
    func scanCount(server: RecordServer) async throws {
        let (client, prefix, now) = (try server.client, "sess:\(UUID()):", SessionClock.system.now)
        let records = RedisExpressStore(client, scanCount: 1000)
        for number in 0..<20 {
            _ = try await records.create("\(prefix)\(number)", [1], .after(.seconds(3_600)), now: now)
        }
        #expect(try await records.count(prefix: prefix, now: now) == 20)
    }
}
#endif
