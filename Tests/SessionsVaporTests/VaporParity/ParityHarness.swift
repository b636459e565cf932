//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import Sessions
import SessionsTesting
import SessionsVapor
import Vapor

/// An application with one engine, for a row of the article *Coming from Vapor's sessions*.
struct ParityHarness: Sendable {
    let clock = ManualClock()
    let store = MemorySessionStore()
    var configuration = SessionConfiguration.forTests()

    /// Runs a test with an application.
    func run(
        addRoutes: (Application) throws -> Void,
        _ body: (VaporHarness) async throws -> Void
    ) async throws {
        var configuration = self.configuration
        configuration.clock = self.clock.sessionClock
        let engine = try SessionEngine(.stored(in: self.store), configuration: configuration)
        try await VaporHarness.with(clock: self.clock) { app in
            app.middleware.use(SessionEngineMiddleware(engine))
            try addRoutes(app)
        } body: { harness async throws in
            try await body(harness)
        }
    }

    /// The `Set-Cookie` field of a visitor's first value.
    func setCookie() async throws -> String {
        var field = ""
        try await self.run { app in
            app.get { request in
                try request.currentSession[.visits] += 1
                return ""
            }
        } _: { harness async throws in
            field = try await harness.browser().send(.GET, "/").fields[.setCookie] ?? ""
        }
        return field
    }
}

extension SessionKey<String?> {
    static var color: Self { .init("color") }
}
#endif
