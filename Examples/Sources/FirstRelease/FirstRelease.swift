//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ReleaseKit
import Sessions

/// The release that runs now. A cart is a list of names, and an address is a city.
@main
struct FirstRelease: Release {
    private static let cart = SessionKey<[String]>("cart")
    private static let count = SessionKey<Int>.counter("count")
    private static let address = SessionKey<String?>("address")

    static func main() async throws { try await ReleaseServer(FirstRelease()).run() }

    let name = "FirstRelease"

    func add(_ article: String, to session: Session) {
        session[Self.cart].append(article)
        session[Self.count] += 1
    }

    func articles(in session: Session) -> [String] { session[Self.cart] }

    func count(in session: Session) -> Int { session[Self.count] }

    func setAddress(_ city: String, in session: Session) { session[Self.address] = city }

    func city(in session: Session) -> String? { session[Self.address] }
}
