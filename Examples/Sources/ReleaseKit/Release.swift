//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Sessions

/// What differs between two releases of the server: how they keep the values of a session.
package protocol Release: Sendable {
    /// The name in responses.
    var name: String { get }

    /// Puts an article into the cart, and counts it.
    func add(_ article: String, to session: Session)

    /// The articles in the cart.
    func articles(in session: Session) -> [String]

    /// How many articles were put into the cart.
    func count(in session: Session) -> Int

    /// Stores where the cart is sent.
    func setAddress(_ city: String, in session: Session)

    /// Where the cart is sent.
    func city(in session: Session) -> String?
}
