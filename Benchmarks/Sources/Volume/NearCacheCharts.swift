//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import AllocationCounter
import Charts
import Sessions
import SessionsRedis
import Workloads

/// What the near cache of the Redis store brings, and the memory that it takes.
struct NearCacheCharts {
    private static let sessionCount = 10_000
    private static let requestCount = 40_000
    private static let clientCount = 32

    private var hitRatio = Chart(
        title: "Reads of sessions in Redis, one server",
        xTitle: "reads that the near cache answers, in percent",
        yTitle: "reads per second",
        isLinear: true,
        lines: ["with a near cache"]
    )
    private var servers = Chart(
        title: "Requests with sessions in Redis, one of twenty a counter",
        xTitle: "servers, all in one process beside Redis",
        yTitle: "requests per second",
        isLinear: true,
        lines: ["with a near cache", "without"]
    )

    var all: [(String, Chart)] { [("near-cache-ratio", self.hitRatio), ("near-cache-servers", self.servers)] }

    mutating func measure() async throws {
        try await VolumeStore.with("redis") { store in
            let harness = try Harness(.stored(in: store))
            var visitors: [SessionRequest] = []
            for _ in 0..<Self.sessionCount { visitors.append(try await harness.knownVisitor()) }
            for percent in [0, 25, 50, 75, 90, 95, 99, 100] {
                let cache = Self.cache(of: Self.sessionCount * percent / 100)
                let perSecond = try await Self.perSecond(visitors, servers: 1, cache, isChanging: false)
                self.hitRatio.add(percent, perSecond, to: 0)
            }
            for (line, cache) in [Self.cache(of: Self.sessionCount), .off].enumerated() {
                for count in [1, 2, 4, 8, 16] {
                    let perSecond = try await Self.perSecond(visitors, servers: count, cache, isChanging: true)
                    self.servers.add(count, perSecond, to: line)
                }
            }
            try await Self.printMemory(visitors)
        }
    }

    private static func cache(of recordCount: Int) -> RedisNearCache {
        .leased(.milliseconds(100), maximumCount: recordCount)
    }

    private static func perSecond(
        _ visitors: [SessionRequest], servers count: Int, _ cache: RedisNearCache, isChanging: Bool
    ) async throws -> Double {
        try await VolumeStore.withRedis(count, cache) { stores in
            let servers = try stores.map { try Harness(.stored(in: $0)) }
            for server in servers { try await Self.visit([server], visitors, isChanging: false) }
            let elapsed = try await ContinuousClock().measure {
                try await Self.visit(servers, visitors, isChanging: isChanging)
            }
            return Double(Self.requestCount) / (elapsed / .seconds(1))
        }
    }

    /// Makes all requests, each with any of the sessions.
    private static func visit(_ servers: [Harness], _ visitors: [SessionRequest], isChanging: Bool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<Self.clientCount {
                let server = servers[client % servers.count]
                group.addTask {
                    for number in 0..<Self.requestCount / Self.clientCount {
                        let isCounter = isChanging && number % 20 == 0
                        try await server.visit(visitors[.random(in: 0..<visitors.count)]) { session in
                            let views = try session[.views]
                            if isCounter { try session[.views] = views + 1 }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func printMemory(_ visitors: [SessionRequest]) async throws {
        try await VolumeStore.withRedis(1, Self.cache(of: Self.sessionCount)) { stores in
            let server = try Harness(.stored(in: stores[0]))
            // The connections are open, and the code is warm.
            for visitor in visitors.prefix(100) { try await server.visit(visitor) }
            let before = allocated_bytes()
            for visitor in visitors.dropFirst(100) { try await server.visit(visitor) }
            let byteCount = Int(allocated_bytes()) - Int(before)
            print("# A cached record\n\(byteCount / (visitors.count - 100)) bytes of memory each")
        }
    }
}
