//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis && SQLite
import Sessions
import SessionsTesting
import TestSupport
import Testing

@testable import SessionsRedis

@Suite(
    "Endings and near caches",
    .enabled(if: SharedServer.areStarted, SharedServer.advice), .serialized, .timeLimit(.minutes(10)))
struct NearCacheEndingTests {
    /// A server with options, and what two processes with near caches have of it.
    struct Arrangement: Sendable, CustomTestStringConvertible {
        let server: SharedServer
        var options: [String] = []

        var testDescription: String { "\(self.server.testDescription) \(self.options.joined(separator: " "))" }

        static let all = [
            Arrangement(server: .redis),
            Arrangement(server: .redis, options: ["--io-threads", "3", "--io-threads-do-reads", "yes"]),
            Arrangement(server: .valkey),
            Arrangement(server: .valkey, options: ["--io-threads", "3"]),
        ]

        /// Runs a body with two stores.
        ///
        /// - Parameters:
        ///   - leases: The lease of each store.
        ///   - delays: How late the invalidations for each store come.
        func with(
            leases: [Duration],
            delays: [Duration],
            _ body: (OwnServer, [TroublesomeProxy], [RedisSessionStore]) async throws -> Void
        ) async throws {
            let options = ["--appendfsync", "no"] + self.options
            try await OwnServer.with(self.server, options: options) { server in
                try await TroublesomeProxy.with(to: server.port) { commands in
                    try await TroublesomeProxy.with(to: server.port) { first in
                        try await TroublesomeProxy.with(to: server.port) { second in
                            for (proxy, delay) in zip([first, second], delays) { proxy.make(.slow(delay)) }
                            let clients = try [
                                SplitClient(port: server.port, trackingPort: first.port),
                                SplitClient(port: commands.port, trackingPort: second.port),
                            ]
                            let stores = try zip(clients, leases).map { client, lease in
                                try RedisSessionStore(client, nearCache: .leased(lease, maximumCount: 1_000))
                            }
                            try await body(server, [commands, first, second], stores)
                            for client in clients { await client.shutdown() }
                        }
                    }
                }
            }
        }
    }

    @Test(
        "no session is accepted after its ending, with late invalidations, cut connections, freezes and FLUSHALL",
        arguments: Arrangement.all)
    func endings(_ arrangement: Arrangement) async throws {
        let leases = [Duration.milliseconds(90), .milliseconds(90)]
        let delays = [Duration.milliseconds(12), .milliseconds(27)]
        try await arrangement.with(leases: leases, delays: delays) { server, proxies, stores in
            for store in stores { try await store.getLease() }
            let tally = try await EndingRun(stores).run(clients: 32, each: 80) { number in
                try await Task.sleep(for: .milliseconds(700))
                switch number % 6 {
                case 0, 2, 4: proxies[number / 2 % 3].cutAll()
                case 1:
                    server.freeze()
                    try? await Task.sleep(for: .milliseconds(120))
                    server.thaw()
                case 3: try await server.tell("FLUSHALL")
                default: try await server.tell("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                }
            }
            print("\(arrangement.testDescription): \(tally)")
            #expect(tally.endingCount == 2_560)
            #expect(tally.acceptedCount == 0)
            #expect(tally.hitCount > 1_000, "otherwise nothing was tested")
        }
    }

    @Test("sessions are accepted after an ending that waits less than a lease: the test above can fail")
    func shortWait() async throws {
        let leases = [Duration.milliseconds(100), .milliseconds(10)]
        let delays = [Duration.milliseconds(25), .zero]
        try await Arrangement(server: .redis).with(leases: leases, delays: delays) { _, _, stores in
            try await stores[0].getLease()
            // The second ends half of them, and the first hears of it late.
            let tally = try await EndingRun(stores).run(clients: 8, each: 40)
            #expect(tally.acceptedCount > 0)
        }
    }
}
#endif
