//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import Synchronization
import TestSupport
import Testing

/// A store whose synchronous loads return the first record that it had, as a cache does before it hears of a change.
private final class LaggingStore: ForwardingSessionStore, SynchronousSessionStore {
    let base = MemorySessionStore()
    private let first = Mutex<[SessionID: SessionRecord]>([:])

    var loadsMayLag: Bool { true }
    var writesSynchronously: Bool { false }

    func create(_ record: SessionRecord, now: SessionInstant) async throws {
        self.first.withLock { $0[record.id] = record }
        try await self.base.create(record, now: now)
    }

    func loadSynchronously(_ id: SessionID, now: SessionInstant) throws -> SessionLoadResult? {
        self.first.withLock { $0[id] }.map { .found($0) }
    }

    func replaceSynchronously(
        _ record: SessionRecord, ifVersion version: SessionVersion, now: SessionInstant
    ) throws -> SessionReplaceResult? { nil }

    func touchSynchronously(_ id: SessionID, _ touch: SessionTouch, now: SessionInstant) throws -> Bool? { nil }
}

@Suite("Synchronous loads that lag")
struct LaggingStoreTests {
    @Test("a credential that a former record refuses is refused only if the latest record refuses it too")
    func newSecret() async throws {
        let harness = try EngineHarness(.stored(in: LaggingStore()))
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        try await harness.visit(browser) { try await $0.renew() }
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }

    @Test("what is written after a read of a former record is written on the latest one")
    func counting() async throws {
        let harness = try EngineHarness(.stored(in: LaggingStore()))
        let browser = harness.browser()
        for _ in 0..<5 { try await harness.visit(browser) { $0[.views] += 1 } }
        try await harness.visit(browser) { session in
            #expect(session[.views] == 1, "read from the former record")
            try await session.reload()
            #expect(session[.views] == 5)
        }
    }
}
