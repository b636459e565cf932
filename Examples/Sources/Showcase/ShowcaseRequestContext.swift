//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import SessionsHummingbird

/// What the handlers of the Showcase know of a request, its session among it.
struct ShowcaseRequestContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage

    init(source: Source) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
    }

    /// Forms and credentials are small; values of a session are bounded by the session.
    var maxUploadSize: Int { 65_536 }
}
