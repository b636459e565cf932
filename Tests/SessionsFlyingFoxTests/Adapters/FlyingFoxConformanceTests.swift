//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import SessionsTesting
import Testing

/// The adapter of this package keeps every rule, over real sockets. The script of the tests fails when it does not.
@Suite("Adapter conformance of FlyingFox")
struct FlyingFoxConformanceTests {
    /// FlyingFox keeps one field of each name of a request, the last, before the adapter sees it.
    /// `FlyingFoxMiddlewareTests.cookieFields` shows that the adapter reads all that FlyingFox gives it.
    private static let ruleOfFlyingFox = "every Cookie field is read, not only the first or the last"

    @Test("SessionsFlyingFox keeps the rule", arguments: AdapterConformance.rules)
    func keepsRule(_ rule: AdapterRule) async throws {
        guard rule.name == Self.ruleOfFlyingFox else { return try await rule.check(FlyingFoxAdapter()) }
        await withKnownIssue("FlyingFox 0.27 drops repeated fields of a request") {
            try await rule.check(FlyingFoxAdapter())
        }
    }

    @Test("an application with SessionsFlyingFox keeps the rule", arguments: AdapterConformance.applicationRules)
    func application(_ rule: ApplicationRule) async throws {
        try await rule.check(FlyingFoxApplication())
    }
}
#endif
