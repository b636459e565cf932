//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import InMemoryLogging
import Logging
import Sessions
import SessionsTesting
import TestSupport
import Testing

@Suite("Collections that parallel requests change in place", .bothDrivers)
struct CollectionKeyTests {
    /// Lets two requests that began together change a session, one after the other.
    private func race(
        _ harness: StoredHarness,
        from start: (Session) -> Void,
        _ first: (Session) -> Void,
        _ second: (Session) -> Void
    ) async throws -> Session {
        let browser = harness.browser()
        try await harness.visit(browser) { start($0) }
        let (one, other) = (try await harness.open(browser), try await harness.open(browser))
        first(one)
        second(other)
        try await harness.close(one, browser)
        try await harness.close(other, browser)
        return try await harness.open(browser)
    }

    @Test("20 requests that append at once lose nothing")
    func appends() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] = 1 }
        var sessions: [Session] = []
        for _ in 0..<20 { sessions.append(try await harness.open(browser)) }
        for (number, session) in sessions.enumerated() { session[.cart].append("\(number)") }
        for session in sessions { try await harness.close(session, browser) }
        #expect(try await harness.open(browser)[.cart] == (0..<20).map { "\($0)" })
    }

    @Test("what one request removes goes, and what another inserts stays where it was")
    func arrays() async throws {
        let cases: [([String], @Sendable (inout [String]) -> Void, @Sendable (inout [String]) -> Void, [String])] = [
            (["a", "b", "c"], { $0.removeAll { $0 == "b" } }, { $0.append("d") }, ["a", "c", "d"]),
            (["a", "b", "c"], { $0.append("d") }, { $0.removeAll { $0 == "b" } }, ["a", "c", "d"]),
            (["a", "b"], { $0.insert("x", at: 0) }, { $0.insert("y", at: 2) }, ["x", "a", "b", "y"]),
            (["a", "b"], { $0[0] = "x" }, { $0[1] = "y" }, ["x", "y"]),
            (["a", "b"], { $0.removeAll() }, { $0.append("c") }, ["c"]),
            (["a"], { $0.removeFirst() }, { $0.removeFirst() }, []),
        ]
        for (start, first, second, result) in cases {
            let harness = try StoredHarness()
            let session = try await self.race(
                harness, from: { $0[.cart] = start }, { first(&$0[.cart]) }, { second(&$0[.cart]) })
            #expect(session[.cart] == result)
        }
    }

    @Test("sets and dictionaries keep what each request adds, changes and removes")
    func setsAndDictionaries() async throws {
        let (tags, prices) = (SessionKey<Set<String>>("tags"), SessionKey<[String: Int]>("prices"))
        let session = try await self.race(
            try StoredHarness(),
            from: {
                $0[tags] = ["a", "b"]
                $0[prices] = ["a": 1, "b": 2, "c": 3]
            },
            {
                $0[tags].remove("a")
                $0[prices]["a"] = 10
                $0[prices]["b"] = 20
            },
            {
                $0[tags].insert("c")
                $0[prices]["b"] = 21
                $0[prices]["c"] = nil
            }
        )
        #expect(session[tags] == ["b", "c"])
        #expect(session[prices] == ["a": 10, "b": 21])
    }

    @Test("an assignment replaces what another request set, and the event and the log say so")
    func overwritten() async throws {
        let recorder = EventRecorder()
        let harness = try StoredHarness { $0.observers = [recorder] }
        let session = try await self.race(
            harness, from: { $0[.cart] = ["a"] }, { $0[.cart].append("b") }, { $0[.cart] = ["c"] })
        #expect(session[.cart] == ["c"])
        #expect(recorder.takeNames() == ["created", "conflict_merged", "overwritten"])
        #expect(harness.logs.entries.contains { $0.metadata["session.names"] == .array(["cart"]) })
        let theme = try await self.race(harness, from: { $0[.theme] = "a" }, { $0[.theme] = "b" }, { $0[.theme] = "b" })
        #expect(theme[.theme] == "b")
        #expect(!recorder.takeNames().contains("overwritten"), "both set the same")
    }

    @Test("an array that is changed beyond comparing replaces the other")
    func large() async throws {
        let key = SessionKey<[Int]>("numbers")
        let session = try await self.race(
            try StoredHarness(), from: { $0[key] = Array(0..<2_000) }, { $0[key].append(-1) }, { $0[key].reverse() })
        #expect(session[key] == Array((0..<2_000).reversed()))
    }
}
