//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Charts
import Sessions
import Workloads

/// Operations beside and on many sessions: all of one user, or of as many users, one of whom has a full page.
struct VolumeCharts {
    private let lineCount: Int
    private var request: Chart
    private var page: Chart
    private var ending: Chart
    private var endingAll: Chart
    private var endingEverything: Chart
    private var memory: Chart

    init(stores: [String]) {
        func chart(_ title: String, _ unit: String = "milliseconds") -> Chart {
            Chart(
                title: title,
                xTitle: "sessions there are; dashed: of as many users",
                yTitle: unit,
                lines: stores.compactMap { VolumeStore.names[$0] },
                dashed: "of as many users"
            )
        }
        self.lineCount = stores.count
        self.request = chart("A request of another user")
        self.page = chart("A page of 100 sessions of a user")
        self.ending = chart("Ending one session")
        self.endingAll = chart("Ending all sessions of a user")
        self.endingEverything = chart("Ending everything")
        self.memory = chart("The most memory that a page, and ending one, all and everything, took", "bytes")
    }

    var all: [(String, Chart)] {
        [
            ("volume-request", self.request), ("volume-page", self.page), ("volume-ending", self.ending),
            ("volume-ending-all", self.endingAll), ("volume-ending-everything", self.endingEverything),
            ("volume-memory", self.memory),
        ]
    }

    /// Measures with all sessions belonging to one user, "ada", or to other users beside a page of hers.
    mutating func measure(_ store: any ListedStore, _ name: String, count: Int, line: Int, isOfOne: Bool) async throws {
        let line = isOfOne ? line : line + self.lineCount
        var configuration = SessionConfiguration()
        configuration.maximumSessionsPerSubject = nil
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let harness = try Harness(.stored(in: store), configuration: configuration)
        let stranger = try await harness.knownVisitor()
        try await VolumeStore.fill(store, count: count, seed: 1) { isOfOne || $0 < 100 ? "ada" : "user \($0)" }

        self.request.add(count, try await Milliseconds.least(1_000) { try await harness.visit(stranger) }, to: line)
        // The memory of the in-memory store is the sessions themselves.
        var watch = name == "memory" ? nil : MemoryWatch()
        self.page.add(
            count, try await Milliseconds.least(10) { _ = try await engine.activeSessions(of: "ada") }, to: line)
        var ids = try await engine.activeSessions(of: "ada").map(\.id)[...]
        let ending = try await Milliseconds.least(10) { if let id = ids.popFirst() { try await engine.revoke(id) } }
        self.ending.add(count, ending, to: line)
        self.endingAll.add(count, try await Milliseconds.once { try await engine.revokeAll(of: "ada") }, to: line)
        let rest = try await engine.activeSessions(of: "ada").count
        precondition(rest == 0, "\(rest) sessions were left")

        var memory = watch?.stop()
        if isOfOne { try await VolumeStore.fill(store, count: count, seed: 2) { _ in "ada" } }
        if memory != nil { watch = MemoryWatch() }
        let everything = try await Milliseconds.once { try await engine.revokeEverything() }
        self.endingEverything.add(count, everything, to: line)
        memory = watch.map { max($0.stop(), memory ?? 0) }
        if let memory { self.memory.add(count, Double(memory), to: line) }
        let left = try await store.count(now: SessionClock.system.now)
        precondition(left == 0, "\(left) sessions were left")
    }
}
