//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import SessionsHummingbird

struct BenchContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
    }
}
