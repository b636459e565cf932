//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import InMemoryLogging
import Sessions
import SessionsTesting
import TestSupport
import Testing

/// A harness with any backend, for the laws that all of them keep.
struct LawHarness: LogRecordingHarness {
    let clock = ManualClock()
    let memory = MemorySessionStore(maximumCount: 10_000)
    /// The store of the sessions, or of their endings; it can be broken.
    let store: FaultySessionStore
    let engine: SessionEngine
    let logs = InMemoryLogHandler()

    init(_ backend: LawBackend, _ configure: (inout SessionConfiguration) -> Void = { _ in }) throws {
        let store = FaultySubjectStore(self.memory)
        self.store = store.faults
        var configuration = SessionConfiguration()
        configuration.alwaysWaits = backend.driver == .asynchronous
        configuration.clock = self.clock.sessionClock
        configure(&configuration)
        self.engine = try SessionEngine(
            backend.make(store),
            configuration: configuration,
            transports: [AuditedTransport(CookieTransport(configuration))]
        )
    }

    /// How often the store was asked for anything.
    var storeCalls: Int { self.store.count(of: .load) + self.storeWrites }

    /// How often the store was asked to change something.
    var storeWrites: Int {
        [.create, .replace, .touch, .end].reduce(0) { $0 + self.store.count(of: $1) }
    }
}

/// A way to remember sessions, with keys of its own each time it is made, and with one of the engine's drivers.
struct LawBackend: Sendable, CustomTestStringConvertible {
    let name: String
    let driver: EngineDriver
    let make: @Sendable (FaultySubjectStore) -> SessionBackend

    init(
        _ name: String,
        _ driver: EngineDriver = .synchronous,
        _ make: @escaping @Sendable (FaultySubjectStore) -> SessionBackend
    ) {
        self.name = name
        self.driver = driver
        self.make = make
    }

    var testDescription: String { self.driver == .synchronous ? self.name : "\(self.name), with an engine that waits" }

    /// With each of the drivers.
    private var withBothDrivers: [LawBackend] { EngineDriver.allCases.map { LawBackend(self.name, $0, self.make) } }

    static let signed = LawBackend("stored, with signed tokens") { .stored(in: $0, signedWith: .ephemeral()) }
    static let encrypted = LawBackend("stored, encrypted at rest") { .stored(in: $0, encryptedAtRest: true) }
    static let endedInStore = LawBackend("sealed, ended in a store") {
        .sealed(with: .ephemeral(), revocation: .stored(in: $0, maximumAge: .zero))
    }

    static let stored = [LawBackend("stored") { .stored(in: $0) }, signed, encrypted].flatMap(\.withBothDrivers)
    static let sealed = [
        LawBackend("sealed, ended in memory") { _ in
            .sealed(with: .ephemeral(), revocation: .inMemoryUntilRestart)
        }, endedInStore,
    ].flatMap(\.withBothDrivers)
    static let tokenOnly = [LawBackend("tokens alone") { _ in .tokenOnly(with: .ephemeral()) }].flatMap(
        \.withBothDrivers)

    /// Those that remember anything.
    static let remembering = stored + sealed
    static let all = remembering + tokenOnly
}
