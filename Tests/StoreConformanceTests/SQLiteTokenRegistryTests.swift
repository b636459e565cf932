//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions
import SessionsSQLite
import SessionsTesting
import TestSupport
import Testing

@Suite("Registered tokens in SQLite")
struct SQLiteTokenRegistryTests {
    @Test(
        "of 32 that redeem a token at once, by two connections, one gets it; it is gone when the file is opened again")
    func redeem() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("sessions.sqlite")
            let registries = try (0..<2).map { _ in
                try TokenRegistry<String>("links", in: SQLiteSessionStore(path: path), configuration: Self.patient)
            }
            let token = try await registries[0].register("ada", for: .hours(1))
            let kept = try await registries[0].register("alan", for: .hours(1))
            let taken = try await withThrowingTaskGroup(of: String?.self) { group in
                for index in 0..<32 { group.addTask { try await registries[index % 2].redeem(token)?.subject } }
                return try await group.reduce(into: []) { taken, subject in taken += [subject].compactMap(\.self) }
            }
            #expect(taken == ["ada"])
            let later = try TokenRegistry<String>("links", in: SQLiteSessionStore(path: path))
            #expect(try await later.redeem(token) == nil)
            #expect(try await later.retrieveAll().map(\.subject) == ["alan"])
            #expect(try await later.retrieve(kept)?.subject == "alan")
        }
    }

    @Test("lists, updates, limits and endings are those of the memory store, and sessions beside them stay")
    func life() async throws {
        try await TemporaryFolder.with { folder in
            let clock = ManualClock()
            var configuration = Self.patient
            configuration.clock = clock.sessionClock
            let store = try SQLiteSessionStore(path: folder.path("sessions.sqlite"))
            let engine = try SessionEngine(.stored(in: store), configuration: configuration)
            let registry = try TokenRegistry<[String]>(
                "invitations", in: store, maximumPerCategory: 2, configuration: configuration)
            var tokens: [SessionToken] = []
            for role in ["a", "b", "c"] {
                tokens.append(try await registry.register([role], category: "team\u{0}%_*", for: .hours(1)))
                clock.advance(by: .seconds(1))
            }
            #expect(try await registry.retrieveAll(category: "team\u{0}%_*").map(\.subject) == [["b"], ["c"]])
            #expect(try await registry.update(tokens[1], to: ["d"]))
            #expect(try await registry.retrieve(tokens[1])?.subject == ["d"])
            try await engine.revokeEverything()
            #expect(try await engine.revoke(tokens[1].id) == false)
            #expect(try await registry.dispose(tokens[1].id))
            clock.advance(by: .hours(1))
            #expect(try await registry.retrieve(tokens[2]) == nil)
            _ = try await registry.register(["e"], for: .hours(1))
            try await registry.clear()
            #expect(try await registry.retrieveAll().isEmpty)
        }
    }

    /// What is tested is not how fast a machine is that does other things as well.
    private static var patient: SessionConfiguration {
        var configuration = SessionConfiguration()
        configuration.storeDeadline = .minutes(1)
        return configuration
    }
}
#endif
