//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

@Suite("Rotating keys under load", .bothDrivers)
struct KeyRotationTests {
    @Test("while keys rotate three times in 10,000 requests no one is logged out, and a removed key opens nothing")
    func rotation() async throws {
        let oldest = SecretKey.generated()
        let keyring = try SecretKeyring([oldest])
        let harness = try SealedHarness(servers: 2, keyring: keyring)
        let visitors = (0..<20).map { _ in harness.browser() }
        for (index, visitor) in visitors.enumerated() {
            try await harness.visit(visitor) { try await $0.logIn("visitor \(index)") }
        }
        let kept = visitors[0].copy(in: harness)
        let failures = try await withThrowingTaskGroup(of: Int.self) { group in
            for (index, visitor) in visitors.enumerated() {
                group.addTask {
                    var failures = 0
                    for request in 0..<500 {
                        try await harness.servers[request % 2].visit(visitor) { session in
                            if session.subject != "visitor \(index)" { failures += 1 }
                            if request % 10 == 0 { session[.views] += 1 }
                        }
                        await Task.yield()
                    }
                    return failures
                }
            }
            group.addTask {
                var keys = [oldest]
                for _ in 0..<3 {
                    for _ in 0..<200 { await Task.yield() }
                    keys.insert(.generated(), at: 0)
                    try keyring.replaceKeys(with: keys)
                }
                return 0
            }
            return try await group.reduce(0, +)
        }
        #expect(failures == 0)
        // Everyone comes by once more, and the oldest key can go.
        for visitor in visitors { try await harness.visit(visitor) { #expect($0.isAuthenticated) } }
        let newest = try #require(keyring.snapshot.keys.first)
        try keyring.replaceKeys(with: [newest])
        for visitor in visitors { try await harness.visit(visitor) { #expect($0[.views] == 50) } }
        try await harness.visit(kept) { #expect($0.subject == nil) }
    }

    @Test("an old key's cookie is sealed anew by the next response, also by one that only reads")
    func sealedAnew() async throws {
        let (old, new) = (SecretKey.generated(), SecretKey.generated())
        let keyring = try SecretKeyring([old])
        let harness = try SealedHarness(keyring: keyring)
        let browser = harness.browser()
        try await harness.visit(browser) { try await $0.logIn("ada") }
        try keyring.replaceKeys(with: [new, old])
        let response = try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(response[values: .setCookie].count == 1)
        let again = try await harness.visit(browser) { #expect($0.subject == "ada") }
        #expect(again[.setCookie] == nil)
        try keyring.replaceKeys(with: [new])
        try await harness.visit(browser) { #expect($0.subject == "ada") }
    }
}
