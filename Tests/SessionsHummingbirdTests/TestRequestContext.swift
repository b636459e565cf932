//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Hummingbird
import SessionsHummingbird

struct TestRequestContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage
    var preferences: SessionsStorage
    var basket: SessionsStorage

    init(source: Source) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
        self.preferences = .init(source: source)
        self.basket = .init(source: source)
    }
}
#endif
