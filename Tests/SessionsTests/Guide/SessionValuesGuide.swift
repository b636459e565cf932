//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import TestSupport
import Testing

// The code of the article "Deploying a change to session values".

/// A line of a cart.
struct Line: Codable, Sendable, Equatable {
    var article: String
    var count: Int
}

/// The release that runs now.
enum FirstRelease {
    static let cart = SessionKey<[String]>("cart")
}

/// The release that is to be deployed.
enum SecondRelease {
    static let cart = SessionKey<[Line]>(
        "cart", version: 2,
        upgrading: [
            1: .step { (articles: [String]) in articles.map { Line(article: $0, count: 1) } }
        ])
}

/// The checkout of the first release, while the second may run beside it.
func emptyCart(_ session: Session) throws {
    try session.overwriteAllVersions(of: FirstRelease.cart, with: [])
}

/// The number of points, which the second release counts in hundredths.
let points = SessionKey<Int>.counter("points").versioned(
    2, upgrading: [1: .step { (points: Int) in points * 100 }])

@Suite("The article on changes to session values")
struct SessionValuesGuideTests {
    @Test("the releases of the article share a session through a rollout and a rollback")
    func releases() async throws {
        let harness = try EngineHarness()
        let browser = harness.browser()
        try await harness.visit(browser) { $0[FirstRelease.cart].append("tea") }
        try await harness.visit(browser) { $0[SecondRelease.cart].append(Line(article: "milk", count: 2)) }
        try await harness.visit(browser) { session in
            #expect(session[FirstRelease.cart] == [])
            session[FirstRelease.cart].append("jam")
        }
        try await harness.visit(browser) { session in
            #expect(session[SecondRelease.cart].map(\.article) == ["tea", "milk", "jam"])
        }
        try await harness.visit(browser) { try emptyCart($0) }
        try await harness.visit(browser) { session in
            #expect(session[SecondRelease.cart] == [])
            session[points] += 50
            #expect(session[points] == 50)
        }
    }
}
