//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Sessions
import SessionsHummingbird

struct BenchContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
    }
}

extension SessionKey<Int> {
    static var views: Self { .counter("views") }
}

extension SessionKey<String?> {
    static var theme: Self { .init("theme") }
    static var language: Self { .init("language") }
}

extension SessionKey<[Int]> {
    static var cart: Self { .init("cart", default: []) }
}

extension SessionKey<Bool> {
    static var isBeta: Self { .init("isBeta", default: false) }
}
