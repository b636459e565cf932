//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import SessionsHummingbird

/// The request context of the Showcase, with the session.
struct ShowcaseRequestContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage

    init(source: Source) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
    }

    /// Forms and credentials are small. The session limits the size of its values.
    var maxUploadSize: Int { 65_536 }
}
