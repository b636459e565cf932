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
import Workloads

/// The cost of many revocations of sealed sessions: for other requests, for logouts, for starting servers, and in
/// memory.
struct RevocationCharts {
    private let lineCount: Int
    private var request: Chart
    private var ending: Chart
    private var start: Chart
    private var memory: Chart

    init(stores: [String]) {
        func chart(_ title: String, _ unit: String, dashed: String? = nil) -> Chart {
            Chart(
                title: title,
                xTitle: "revocations there are\(dashed.map { "; dashed: \($0)" } ?? "")",
                yTitle: unit,
                lines: stores.compactMap { VolumeStore.names[$0] },
                dashed: dashed
            )
        }
        self.lineCount = stores.count
        self.request = chart("A request with a sealed session", "milliseconds", dashed: "in a server just started")
        self.ending = chart("Ending a sealed session", "milliseconds")
        self.start = chart("The first request of a server, which reads all revocations", "milliseconds")
        self.memory = chart("Memory of a revocation in one server", "bytes each")
    }

    var all: [(String, Chart)] {
        [
            ("volume-sealed-request", self.request), ("volume-sealed-ending", self.ending),
            ("volume-sealed-start", self.start), ("volume-sealed-memory", self.memory),
        ]
    }

    mutating func measure(_ store: any ListedStore, _ name: String, count: Int, line: Int) async throws {
        let isShared = name != "memory"
        let keyring = try SecretKeyring([SecretKey.generated()])
        let revocation = isShared ? try SessionRevocation.stored(in: store) : .inMemoryUntilRestart
        let backend = SessionBackend.sealed(with: keyring, revocation: revocation)
        let (engine, harness) = (try SessionEngine(backend), try Harness(backend))
        let visitor = try await harness.knownVisitor()
        let before = allocated_bytes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<count {
                if index >= 256 { try await group.next() }
                group.addTask { try await engine.revoke(Self.id()) }
            }
            try await group.waitForAll()
        }
        // Below this count, other allocations of the process dominate.
        if count >= 10_000 {
            self.memory.add(count, (Double(allocated_bytes()) - Double(before)) / Double(count), to: line)
        }
        self.request.add(count, try await Milliseconds.least(2_000) { try await harness.visit(visitor) }, to: line)
        self.ending.add(count, try await Milliseconds.least(20) { try await engine.revoke(Self.id()) }, to: line)
        guard isShared else { return }
        let late = try Harness(backend)
        self.start.add(count, try await Milliseconds.once { try await late.visit(visitor) }, to: line)
        self.request.add(
            count, try await Milliseconds.least(2_000) { try await late.visit(visitor) }, to: line + self.lineCount)
    }

    private static func id() -> SessionID {
        SessionID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    }
}
