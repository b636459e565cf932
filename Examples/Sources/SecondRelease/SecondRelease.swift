//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ReleaseKit
import Sessions

/// The release that is to be deployed. A cart has lines, an address has a country, and counts are twelfths.
@main
struct SecondRelease: Release {
    struct Line: Codable, Equatable, Sendable {
        var article: String
        var amount = 1
    }

    struct Address: Codable, Sendable {
        var city: String
        var country: String
    }

    private static let cart = SessionKey<[Line]>(
        "cart", version: 2, upgrading: [1: .step { (articles: [String]) in articles.map { Line(article: $0) } }])
    private static let count = SessionKey<Int>.counter("count").versioned(
        2, upgrading: [1: .step { (count: Int) in count * 12 }])
    private static let address = SessionKey<Address?>(
        "address", version: 2, upgrading: [1: .step { (city: String) in Address(city: city, country: "?") }])

    static func main() async throws { try await ReleaseServer(SecondRelease()).run() }

    let name = "SecondRelease"

    func add(_ article: String, to session: Session) {
        session[Self.cart].append(Line(article: article))
        session[Self.count] += 12
    }

    func articles(in session: Session) -> [String] { session[Self.cart].map(\.article) }

    func count(in session: Session) -> Int { session[Self.count] / 12 }

    func setAddress(_ city: String, in session: Session) {
        session[Self.address] = Address(city: city, country: "GB")
    }

    func city(in session: Session) -> String? { session[Self.address]?.city }
}
