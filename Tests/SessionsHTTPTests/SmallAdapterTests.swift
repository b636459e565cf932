//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import Testing

/// The adapter of the article *Other frameworks*, as the rules want to see it.
struct SmallAdapter: AdapterUnderTest {
    func serve<Value: Sendable>(
        _ routes: [AdapterRoute],
        _ body: @escaping @Sendable (any AdapterClient) async throws -> Value
    ) async throws -> Value {
        let server = SmallServer(routes) { middleware in
            SmallSessionsMiddleware(
                engine: middleware.engine,
                storage: middleware.isSecond ? \.second : \.session,
                isPassive: middleware.isPassive,
                onStoreFailure: middleware.onStoreFailure
            )
        }
        return try await server.run(body)
    }
}

@Suite("The adapter of the article keeps the rules")
struct SmallAdapterTests {
    @Test("the adapter of sixty lines keeps the rule", arguments: AdapterConformance.rules)
    func keepsRule(_ rule: AdapterRule) async throws {
        try await rule.check(SmallAdapter())
    }
}
