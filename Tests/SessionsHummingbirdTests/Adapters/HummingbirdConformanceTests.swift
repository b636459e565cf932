//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import SessionsTesting
import Testing

/// The adapter of this package keeps every rule, over real sockets. The script of the tests fails when it does not.
@Suite("Adapter conformance")
struct HummingbirdConformanceTests {
    @Test("SessionsHummingbird keeps the rule", arguments: AdapterConformance.rules)
    func plain(_ rule: AdapterRule) async throws {
        try await rule.check(HummingbirdAdapter())
    }

    @Test("SessionsHummingbird keeps the rule with an application's own errors", arguments: AdapterConformance.rules)
    func errorsOfTheApplication(_ rule: AdapterRule) async throws {
        try await rule.check(HummingbirdAdapter(refusals: .errorOfTheApplication))
    }

    @Test("SessionsHummingbird keeps the rule over TLS", arguments: AdapterConformance.rules)
    func secure(_ rule: AdapterRule) async throws {
        try await rule.check(HummingbirdAdapter(isSecure: true))
    }

    @Test("an application with SessionsHummingbird keeps the rule", arguments: AdapterConformance.applicationRules)
    func application(_ rule: ApplicationRule) async throws {
        try await rule.check(HummingbirdApplication())
    }
}
#endif
