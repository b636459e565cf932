//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Testing

@Suite("Every store and adapter runs its conformance kit")
struct ConformanceCoverageTests {
    private let tests: [DeclaredTest]

    init() throws {
        self.tests = try DeclaredTest.all.get()
    }

    /// Expects a test of a subject that runs all rules that apply to it.
    private func expect(_ subject: String, _ rules: String) {
        let title = "\(subject) keeps the rule"
        guard let test = self.tests.first(where: { $0.title == title }) else {
            Issue.record("There is no test \"\(title)\" with the arguments \(rules).")
            return
        }
        let list = #/arguments:\s*(\w+\.(?:applicationRules|rules(?:\(for: \w+\.self\))?))\s*$/#
        let arguments = test.attributes.firstMatch(of: list)
        #expect(arguments?.output.1.hasPrefix(rules) == true, "\(title): \(test.attributes)")
    }

    @Test("every store in the sources")
    func stores() throws {
        let declaration = #/(?m)^(?:extension|public final class|public struct|public actor) (\w+): SessionStore\b/#
        var stores: Set<String> = []
        for path in try Repository.files(below: "Sources", endingIn: ".swift") where !path.contains("/SessionsTesting/")
        {
            stores.formUnion(try Repository.text(path).matches(of: declaration).map { String($0.output.1) })
        }
        // Below, with its combinations of stores and servers.
        #expect(stores.remove("MigratingSessionStore") != nil)
        #expect(stores.count > 3)
        for store in stores { self.expect(store, "StoreConformance.rules") }
    }

    @Test(
        "every other way to use a store",
        arguments: [
            "MemorySessionStore, asked without waiting,", "SQLiteSessionStore, asked without waiting,",
            "RedisSessionStore on Valkey", "RedisSessionStore on a cluster", "RedisSessionStore with a near cache",
            "RedisSessionStore on Valkey with a near cache", "a PostgresSessionStore behind a pooler",
            "PostgresSessionStore over PostgresNIO", "RedisSessionStore over a ValkeyClient",
            "RedisSessionStore over a ValkeyClient on Valkey", "RedisSessionStore over a ValkeyClusterClient",
        ])
    func ways(_ subject: String) {
        self.expect(subject, "StoreConformance.rules")
    }

    @Test(
        "every kind of migration",
        arguments: ["memory to SQLite", "SQLite to Redis", "Redis to PostgreSQL"],
        ["that prepare", "that move", "of both phases", "that meet what began in the old store"])
    func migrations(_ stores: String, _ servers: String) {
        self.expect("MigratingSessionStore from \(stores), with servers \(servers),", "StoreConformance.rules")
    }

    @Test("every client of a store that sends commands", arguments: ["the client of PostgresSessionStore"])
    func clients(_ subject: String) {
        self.expect(subject, "StoreClientConformance.rules")
    }

    @Test(
        "every adapter",
        arguments: ["SessionsHummingbird", "SessionsFlyingFox", "SessionsVapor", "the adapter of sixty lines"])
    func adapters(_ subject: String) {
        self.expect(subject, "AdapterConformance.rules")
    }

    @Test("every adapter with all of its parts", arguments: ["Hummingbird", "FlyingFox", "Vapor"])
    func applications(_ framework: String) {
        self.expect("an application with Sessions\(framework)", "AdapterConformance.applicationRules")
    }
}
