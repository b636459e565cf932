//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Sessions

extension SessionKey<Int> {
    package static var views: Self { .counter("views") }
}

extension SessionKey<String?> {
    package static var theme: Self { .init("theme") }
}

extension SessionKey<[String]> {
    package static var cart: Self { .init("cart", default: []) }
}
