//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres && SQLite
import Sessions
import SessionsTesting
import Testing

@Suite(
    "What else PostgreSQL keeps", .enabled(if: SharedPostgres.isStarted, SharedPostgres.advice),
    .timeLimit(.minutes(10)))
struct PostgresRevocationTests {
    /// What is tested is not how fast a machine is that does other things as well.
    private static var patient: SessionConfiguration {
        var configuration = SessionConfiguration()
        configuration.storeDeadline = .minutes(1)
        return configuration
    }

    @Test("the endings of sealed sessions that are kept in PostgreSQL hold on every server at once")
    func revocation() async throws {
        try await SharedPostgres.withStores(2) { stores in
            let keyring = SecretKeyring.ephemeral()
            let engines = try stores.map { store in
                try SessionEngine(
                    .sealed(with: keyring, revocation: .stored(in: store, maximumAge: .zero)),
                    configuration: Self.patient
                )
            }
            let (first, other) = (StoreVisitor(engines[0]), StoreVisitor(engines[1]))
            try await first.visit { try await $0.logIn("ada") }
            for cookie in first.browser.cookies { other.browser.plant(cookie) }
            try await other.visitUnanswered { #expect($0.subject == "ada") }
            try await first.visit { try await $0.logOut() }
            try await other.visitUnanswered { #expect($0.subject == nil) }
        }
    }

    @Test("of 32 that redeem a token in PostgreSQL at once, over two servers, one gets it")
    func redeem() async throws {
        try await SharedPostgres.withStores(2) { stores in
            let registries = try stores.map {
                try TokenRegistry<String>("links", in: $0, maximumPerCategory: 2, configuration: Self.patient)
            }
            let token = try await registries[0].register("ada", for: .hours(1))
            let taken = try await withThrowingTaskGroup(of: String?.self) { group in
                for index in 0..<32 { group.addTask { try await registries[index % 2].redeem(token)?.subject } }
                return try await group.reduce(into: []) { taken, subject in taken += [subject].compactMap(\.self) }
            }
            #expect(taken == ["ada"])
            for name in ["a", "b", "c"] {
                _ = try await registries[1].register(name, category: "team\u{0}%_*", for: .hours(1))
            }
            #expect(try await registries[0].retrieveAll(category: "team\u{0}%_*").map(\.subject) == ["b", "c"])
        }
    }
}
#endif
