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

struct CartItem: Codable, Sendable, Equatable {
    var name: String
    var count = 1
}

private enum Old {
    static let cart = SessionKey<[String]>("cart")
    static let theme = SessionKey<String?>("theme")
    static let points = SessionKey<Int>.counter("points")
}

private enum New {
    static let cart = SessionKey<[CartItem]>(
        "cart", version: 2, upgrading: [1: .step { (names: [String]) in names.map { CartItem(name: $0) } }])
    static let theme = SessionKey<Int?>(
        "theme", version: 3,
        upgrading: [1: .step { (name: String) in name.utf8.count }, 2: .step { (count: Int) in count * 10 }])
    static let points = SessionKey<Int>.counter("points").versioned(
        2, upgrading: [1: .step { (points: Int) in points * 100 }])
}

@Suite("Values across releases", .bothDrivers)
struct VersionedKeyTests {
    private func names(_ harness: StoredHarness, _ browser: TestBrowser) async throws -> [String] {
        let session = try await harness.open(browser)
        return session.names
    }

    @Test("an older form is upgraded by reading, and stored with the next write alone")
    func upgrade() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[Old.cart] = ["tea"] }
        let writes = harness.store.count(of: .replace)
        try await harness.visit(browser) { session in
            #expect(session[New.cart] == [CartItem(name: "tea")])
            #expect(session.contains(New.cart))
            #expect(!session.hasChanges)
        }
        #expect(harness.store.count(of: .replace) == writes)
        try await harness.visit(browser) { session in
            session[New.cart].append(CartItem(name: "milk"))
            #expect(session[New.cart].map(\.name) == ["tea", "milk"])
        }
        #expect(try await self.names(harness, browser) == ["cart@2"])
        try await harness.visit(browser) { #expect($0[New.cart].map(\.name) == ["tea", "milk"]) }
    }

    @Test("steps run one after the other, and a value without any is the default")
    func steps() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            #expect(session[New.theme] == nil)
            session[Old.theme] = "dark"
            #expect(session[New.theme] == 40)
            session[New.theme] = 7
            #expect(session[Old.theme] == nil)
            #expect(session[New.theme] == 7)
        }
        #expect(try await self.names(harness, browser) == ["theme@3"])
        try await harness.visit(browser) { $0.remove(New.theme) }
        #expect(try await self.names(harness, browser) == [])
    }

    @Test("an older release sees its default, destroys nothing, and what it adds is merged")
    func olderBesideNewer() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[New.cart] = [CartItem(name: "tea", count: 3)]
            session[New.theme] = 7
            session[New.points] += 250
        }
        try await harness.visit(browser) { session in
            #expect(session[Old.cart] == [])
            #expect(session[Old.theme] == nil)
            #expect(session[Old.points] == 0)
            session[Old.cart].append("milk")
            session[Old.theme] = "light"
            session[Old.points] += 2
        }
        try await harness.visit(browser) { session in
            #expect(session[New.cart] == [CartItem(name: "tea", count: 3), CartItem(name: "milk")])
            #expect(session[New.theme] == 7, "a plain value of the newer form counts")
            #expect(session[New.points] == 450)
            session[New.cart].append(CartItem(name: "jam"))
            session.increment(New.points, by: 1)
        }
        try await harness.visit(browser) { session in
            #expect(session[New.cart].map(\.name) == ["tea", "milk", "jam"])
            #expect(session[New.points] == 451)
        }
        #expect(try await self.names(harness, browser) == ["cart@2", "points@2", "theme", "theme@3"])
    }

    @Test("parallel requests of both releases lose nothing, whichever ends first", arguments: [true, false])
    func parallel(newEndsFirst: Bool) async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            session[Old.cart] = ["tea"]
            session[Old.points] = 1
        }
        let (old, new) = (try await harness.open(browser), try await harness.open(browser))
        old[Old.cart].append("old")
        old[Old.points] += 1
        new[New.cart].append(CartItem(name: "new"))
        new[New.points] += 5
        for session in newEndsFirst ? [new, old] : [old, new] { try await harness.close(session, browser) }
        try await harness.visit(browser) { session in
            #expect(Set(session[New.cart].map(\.name)) == ["tea", "old", "new"])
            #expect(session[New.cart].count == 3)
            #expect(session[New.points] == 205)
        }
    }

    @Test("after a rollback the older release works on, and the next rollout has everything")
    func rollback() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[Old.cart] = ["tea"] }
        try await harness.visit(browser) { $0[New.cart].append(CartItem(name: "milk", count: 2)) }
        for name in ["jam", "bread"] { try await harness.visit(browser) { $0[Old.cart].append(name) } }
        try await harness.visit(browser) { #expect($0[Old.cart] == ["jam", "bread"]) }
        let writes = harness.store.count(of: .replace)
        try await harness.visit(browser) { session in
            #expect(session[New.cart].map(\.name) == ["tea", "milk", "jam", "bread"])
            #expect(session[New.cart][1].count == 2)
        }
        #expect(harness.store.count(of: .replace) == writes)
    }

    @Test("an older release overwrites the newer form only if it says so")
    func overwriting() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[New.cart] = [CartItem(name: "tea")] }
        try await harness.visit(browser) { $0.remove(Old.cart) }
        try await harness.visit(browser) { $0[Old.cart] = [] }
        try await harness.visit(browser) { #expect($0[New.cart].map(\.name) == ["tea"]) }
        try await harness.visit(browser) { session in
            try session.overwriteAllVersions(of: Old.cart, with: ["jam"])
            #expect(session[New.cart].map(\.name) == ["jam"])
        }
        #expect(try await self.names(harness, browser) == ["cart"])
        try await harness.visit(browser) { try $0.overwriteAllVersions(of: New.cart, with: []) }
        #expect(try await self.names(harness, browser) == ["cart@2"])
    }

    @Test("an older form that no step can upgrade counts as absent, is logged, and is kept")
    func notUpgradable() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[SessionKey<Int>("cart", default: 0)] = 7 }
        try await harness.visit(browser) { session in
            #expect(session[New.cart] == [])
            session[New.cart].append(CartItem(name: "tea"))
        }
        #expect(harness.logs.entries.contains { "\($0.message)".hasPrefix("An older form of a session value") })
        #expect(try await self.names(harness, browser) == ["cart", "cart@2"])
        let unreachable = SessionKey<[CartItem]>("cart", version: 4, upgrading: [:])
        try await harness.visit(browser) { #expect($0[unreachable] == []) }
    }

    @Test("every way to write knows the older forms")
    func writers() async throws {
        let harness = try StoredHarness()
        let (updated, set, login, incremented) = (
            harness.browser(), harness.browser(), harness.browser(), harness.browser()
        )
        for browser in [updated, set, login, incremented] {
            try await harness.visit(browser) { session in
                session[Old.cart] = ["tea"]
                session[Old.points] = 1
            }
        }
        try await harness.visit(updated) { session in
            let count = try session.update(New.cart) { cart in
                cart[0].count += 1
                return cart[0].count
            }
            #expect(count == 2)
        }
        try await harness.visit(updated) { #expect($0[New.cart] == [CartItem(name: "tea", count: 2)]) }
        try await harness.visit(set) { try $0.set(New.cart, to: [CartItem(name: "jam")]) }
        try await harness.visit(set) { #expect($0[New.cart].map(\.name) == ["jam"]) }
        try await harness.visit(login) { session in
            try await session.logIn("ada", setting: New.cart, to: [CartItem(name: "jam")], carrying: .only("cart"))
        }
        try await harness.visit(login) { session in
            #expect(session[New.cart].map(\.name) == ["jam"])
            #expect(session.names == ["cart@2"])
            try await session.logIn("ada", carrying: .only("cart"))
            #expect(session[New.cart].map(\.name) == ["jam"])
        }
        try await harness.visit(incremented) { #expect($0.increment(New.points, by: 5) == 105) }
        try await harness.visit(incremented) { session in
            #expect(session[New.points] == 105)
            #expect(session.names == ["cart", "points@2"])
            session[New.points] = 1
        }
        try await harness.visit(incremented) { #expect($0[New.points] == 1) }
    }

    @Test("a change and a failed save keep what is pending", arguments: [false, true])
    func pending(fails: Bool) async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[Old.cart] = ["tea"] }
        try await harness.visit(browser) { session in
            session[New.cart].append(CartItem(name: "milk"))
            if fails {
                harness.store.injectFault(.failing, .replace)
                try? await session.save()
                harness.store.clearFault()
            } else {
                try await session.save()
            }
            session[New.cart].append(CartItem(name: "jam"))
            #expect(session[New.cart].map(\.name) == ["tea", "milk", "jam"])
            try await session.save()
        }
        try await harness.visit(browser) { #expect($0[New.cart].map(\.name) == ["tea", "milk", "jam"]) }
    }

    @Test("a key of version 1 or less is the key, and a value without a version is stored as before")
    func firstVersion() async throws {
        let harness = try StoredHarness()
        let browser = harness.browser()
        for version in [1, 0, -3] {
            let key = SessionKey<[String]>("cart", version: version, upgrading: [:])
            #expect(key.name == "cart")
            try await harness.visit(browser) { $0[key].append("tea") }
        }
        try await harness.visit(browser) { #expect($0[Old.cart] == ["tea", "tea", "tea"]) }
        #expect(SessionKey<[String]>("cart", version: 2, upgrading: [:]).name == "cart@2")
    }
}
