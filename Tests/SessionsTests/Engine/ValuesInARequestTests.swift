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

@Suite("Values", .bothDrivers)
struct ValuesInARequestTests {
    @Test("what one request sets the next one reads")
    func roundTrip() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[.views] += 1
            session[.theme] = "dark"
            session[.cart] = ["tea"]
            session[.profile] = Profile(name: "Ada", age: 36)
        }
        try await harness.visit(browser) { session in
            #expect(session[.views] == 1)
            #expect(session[.theme] == "dark")
            #expect(session[.cart] == ["tea"])
            #expect(session[.profile] == Profile(name: "Ada", age: 36))
            #expect(session.names == ["cart", "profile", "theme", "views"])
            #expect(session.contains(.theme))
        }
    }

    @Test("a key without a stored value gives its default")
    func defaults() async throws {
        let harness = try StoredHarness()
        try await harness.visit(harness.browser()) { session in
            #expect(session[.views] == 0)
            #expect(session[.theme] == nil)
            #expect(session[.cart] == [])
            #expect(!session.contains(.cart))
            #expect(session.names == [])
        }
        #expect(try await harness.count == 0)
    }

    @Test("a value is gone after remove, after nil, and after removeAll")
    func removal() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[.views] = 3
            session[.theme] = "dark"
            session[.cart] = ["tea"]
        }
        try await harness.visit(browser) { session in
            session.remove(.views)
            session[.theme] = nil
            #expect(session.names == ["cart"])
        }
        try await harness.visit(browser) { session in
            #expect(session.names == ["cart"])
            session.removeAll()
            #expect(session.names == [])
            session[.views] += 1
        }
        try await harness.visit(browser) { #expect($0.names == ["views"]) }
    }

    @Test("reading, and writing what is there already, is no change and no write")
    func unchanged() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[.theme] = "dark"
            session[.cart] = ["b", "a"]
        }
        try await harness.visit(browser) { session in
            session[.theme] = "dark"
            session[.cart] = ["b", "a"]
            session[.views] += 0
            session.remove(named: "missing")
        }
        #expect(harness.store.count(of: .replace) == 0)
        #expect(harness.store.count(of: .touch) == 0)
    }

    @Test("a session knows whether it has changes that are not stored yet")
    func hasChanges() async throws {
        let harness = try StoredHarness()
        try await harness.visit(harness.browser()) { session in
            #expect(!session.hasChanges)
            session[.theme] = "dark"
            #expect(session.hasChanges)
            try await session.save()
            #expect(!session.hasChanges)
            session[.views] += 1
            session.discardChanges()
            #expect(!session.hasChanges)
        }
    }

    @Test("update gives back what its body returns, and stores what it made")
    func update() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            let count = try session.update(.cart) { cart in
                cart.append("tea")
                return cart.count
            }
            #expect(count == 1)
        }
        try await harness.visit(browser) { #expect($0[.cart] == ["tea"]) }
    }

    @Test("an update that throws changes nothing")
    func throwingUpdate() async throws {
        struct SoldOut: Error {}
        let harness = try StoredHarness()
        try await harness.visit(harness.browser()) { session in
            #expect(throws: SoldOut.self) {
                try session.update(.cart) { cart in
                    cart.append("tea")
                    throw SoldOut()
                }
            }
            #expect(session[.cart] == [])
        }
        #expect(try await harness.count == 0)
    }

    @Test("tasks of one request count in parallel and lose nothing")
    func parallelTasks() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask { session[.views] += 1 }
                    group.addTask { session.increment(.views) }
                    group.addTask { _ = try? session.update(.cart) { $0.append("tea") } }
                }
            }
            #expect(session[.views] == 100)
        }
        try await harness.visit(browser) { session in
            #expect(session[.views] == 100)
            #expect(session[.cart].count == 50)
        }
    }

    @Test("a counter at the end of its range stays there")
    func saturation() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[.views] = .max
            #expect(session.increment(.views) == .max)
            #expect(session.increment(.views, by: .min) == -1)
        }
        try await harness.visit(browser) { #expect($0[.views] == -1) }
    }

    @Test("a value that no longer decodes gives the default, is dropped, and does not fail the visitor")
    func undecodable() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[.theme] = "dark"
            session[.views] += 1
        }
        try await harness.visit(browser) { session in
            #expect(session[SessionKey<[String]>("theme", default: ["light"])] == ["light"])
            #expect(session[.views] == 1)
        }
        try await harness.visit(browser) { #expect($0.names == ["views"]) }
        #expect(harness.logs.entries.contains { $0.level == .warning && "\($0.metadata)".contains("theme") })
    }

    @Test("a value that no longer decodes stays when the policy keeps it")
    func keptUndecodable() async throws {
        let harness = try StoredHarness { $0.undecodableValues = .keep }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.theme] = "dark" }
        try await harness.visit(browser) { #expect($0[SessionKey<[String]>("theme", default: [])] == []) }
        try await harness.visit(browser) { #expect($0[.theme] == "dark") }
    }

    @Test("a value that cannot be encoded is reported, by set at once and by the subscript when it is saved")
    func notEncodable() async throws {
        let harness = try StoredHarness()
        let key = SessionKey<[Double]>("ratios", default: [])
        let session = try await harness.open(harness.browser())
        #expect(throws: SessionError.self) { try session.set(key, to: [.nan]) }
        session[key] = [.infinity]
        let error = await #expect(throws: SessionError.self) { try await session.save() }
        #expect(error?.code == .notEncodable)
        #expect(error?.message.contains("ratios") == true)
        #expect(try await harness.count == 0)
    }

    @Test("too large values are refused by name and size, and nothing is stored")
    func tooLarge() async throws {
        let harness = try StoredHarness { $0.maximumValuesSize = 1000 }
        let browser = harness.browser()
        try await harness.visit(browser) { $0[.views] += 1 }
        let session = try await harness.open(browser)
        session[.cart] = [String(repeating: "x", count: 1000)]
        let error = await #expect(throws: SessionError.self) { try await session.save() }
        #expect(error?.code == .valuesTooLarge)
        #expect(error?.message.contains("\"cart\"") == true)
        #expect(error?.message.contains("1000") == true)
        try await harness.visit(browser) { #expect($0.names == ["views"]) }
    }

    @Test("a thousand values are read and written", arguments: [17, 1000])
    func manyValues(count: Int) async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            for index in 0..<count { session[.counter("key \(index)")] = index }
        }
        try await harness.visit(browser) { session in
            #expect(session.names.count == count)
            for index in 0..<count { #expect(session[.counter("key \(index)")] == index) }
        }
    }
}

private struct Profile: Codable, Equatable, Sendable {
    var name: String
    var age: Int
}

extension SessionKey<Profile?> {
    fileprivate static var profile: Self { .init("profile") }
}
